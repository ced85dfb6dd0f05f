#include "conformance/engine/profile.h"

#include <fmt/format.h>

#include "conformance/engine/profile_format.h"
#include "conformance/engine/requirement_files.h"
#include "stack/base/ranges.h"

namespace assay::engine {

bool matches(std::string_view glob, std::string_view text) {
    // Goes back to the last star when what follows it does not fit.
    size_t g = 0, t = 0, star = std::string_view::npos, from = 0;
    while (t < text.size()) {
        if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t])) {
            ++g, ++t;
        } else if (g < glob.size() && glob[g] == '*') {
            star = g++;
            from = t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') ++g;
    return g == glob.size();
}

Result<Profile> Profile::parse(std::string_view json) {
    CheckedProfile checked = check_profile(json);
    for (const ProfileFault& fault : checked.faults) {
        if (!fault.warning) return fail(Errc::bad_text, "profile", Error::npos, fault.text());
    }
    return std::move(checked.profile);
}

const Waiver* Profile::waiver(std::string_view case_id, wire::Version version, std::string_view today) const {
    for (const Waiver& waiver : waivers) {
        bool in_time = today <= waiver.expires;
        bool in_version = waiver.versions.empty() || contains(waiver.versions, version);
        if (in_time && in_version && matches(waiver.cases, case_id)) return &waiver;
    }
    return nullptr;
}

const OtherAnswer* Profile::other_answer(std::string_view requirement, wire::Version version,
                                         wire::ErrorCode code,
                                         std::span<const wire::ErrorCode> allowed) const {
    for (const OtherAnswer& other : answers) {
        bool in_version = other.versions.empty() || contains(other.versions, version);
        if (in_version && other.answer == code && contains(allowed, other.instead_of) &&
            matches(other.requirements, requirement))
            return &other;
    }
    return nullptr;
}

std::optional<std::string_view> Profile::built_in(std::string_view name) {
    for (const EmbeddedFile& file : profile_files()) {
        if (file.path == fmt::format("vectors/profiles/{}.json", name)) return file.text;
    }
    return std::nullopt;
}

std::vector<const Waiver*> Profile::expired(std::string_view today) const {
    std::vector<const Waiver*> list;
    for (const Waiver& waiver : waivers) {
        if (today > waiver.expires) list.push_back(&waiver);
    }
    return list;
}

}  // namespace assay::engine
