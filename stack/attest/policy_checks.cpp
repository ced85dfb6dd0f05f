#include "stack/attest/policy_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "stack/base/ranges.h"

namespace assay::attest {

namespace {

// Makes the checks of one device.
class PolicyOfDevice {
   public:
    PolicyOfDevice(Appraisal& appraisal, const Policy& policy, const GpuFacts& gpu)
        : appraisal_(appraisal), policy_(policy), gpu_(gpu) {}

    void floors(const std::vector<const Rim*>& rims) {
        if (policy_.spdm_version) {
            demand(Check::policy_spdm_version, gpu_.version >= *policy_.spdm_version, "SPDMVersion",
                   wire::name(gpu_.version), wire::name(*policy_.spdm_version));
        }
        const bool is_switch = gpu_.kind == DeviceKind::nvswitch;
        if (!is_switch)
            floor(Check::policy_driver_version, "DRIVER_VERSION", gpu_.driver_version(),
                  policy_.driver_version, 10);
        floor(Check::policy_vbios_version, "VBIOS_VERSION", gpu_.vbios_version(),
              is_switch ? policy_.switch_version : policy_.vbios_version, 16);
        for (const Rim* rim : rims)
            floor(Check::policy_rim_revision, "revision of " + rim->path, rim->revision, policy_.rim_revision,
                  10);
        if (policy_.svn) {
            const auto svn = gpu_.fwid ? gpu_.fwid->svn : std::nullopt;
            demand(Check::policy_svn, svn && *svn >= *policy_.svn, "svn", svn ? fmt::to_string(*svn) : "none",
                   fmt::to_string(*policy_.svn));
        }
    }

    void mode() {
        if (!gpu_.mode) return;
        std::vector<std::string_view> allowed;
        allowed.reserve(policy_.modes.size());
        for (const GpuMode mode : policy_.modes) allowed.push_back(name(mode));
        demand(Check::policy_mode, policy_.modes.contains(*gpu_.mode), "mode", name(*gpu_.mode),
               fmt::format("one of {}", fmt::join(allowed, ", ")));
    }

    void denied(const std::vector<const Rim*>& rims) {
        std::string found;
        const auto look = [&](const std::set<std::string>& list, const std::string& value) {
            const auto same = [&](const std::string& entry) {
                return std::ranges::equal(entry, value, {}, lower, lower);
            };
            if (found.empty() && std::ranges::any_of(list, same)) found = value;
        };
        look(policy_.denied_drivers, gpu_.driver_version());
        look(policy_.denied_vbios, gpu_.vbios_version());
        if (gpu_.fwid) look(policy_.denied_fwids, to_hex(gpu_.fwid->digest));
        for (const Rim* rim : rims) look(policy_.denied_rims, rim->tag_id);
        appraisal_.demand(
            Check::policy_denied, found.empty(),
            {.subject = gpu_.subject, .field = "version", .bytes = as_bytes(found), .reason = found});
    }

   private:
    static int lower(char c) { return std::tolower(static_cast<unsigned char>(c)); }

    void floor(Check check, std::string field, const std::string& value, const std::string& least, int base) {
        if (least.empty()) return;
        const auto order = compare_versions(value, least, base);
        demand(check, order && *order >= 0, std::move(field), value, least);
    }

    void demand(Check check, bool held, std::string field, std::string_view value, std::string_view wanted) {
        appraisal_.demand(
            check, held,
            {.subject = gpu_.subject,
             .field = std::move(field),
             .bytes = as_bytes(value),
             .reason = held ? std::string() : fmt::format("it is {}, wanted is {}", value, wanted)});
    }

    Appraisal& appraisal_;
    const Policy& policy_;
    const GpuFacts& gpu_;
};

// Evidence's text need not be UTF-8.
std::string shown(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void appraise_policy(Appraisal& appraisal, const Policy& policy, const GpuFacts& gpu,
                     const std::vector<const Rim*>& rims) {
    PolicyOfDevice device(appraisal, policy, gpu);
    device.floors(rims);
    device.mode();
    device.denied(rims);
}

void appraise_claims(Appraisal& appraisal, const Policy& policy, const std::vector<std::string>& subjects) {
    for (const std::string& subject : subjects) {
        const nlohmann::ordered_json claims =
            appraisal.claims().value(subject, nlohmann::ordered_json::object());
        for (const auto& [claim, allowed] : policy.claims) {
            const auto found = claims.find(claim);
            const std::string text = found == claims.end() ? std::string() : shown(*found);
            const bool held = found != claims.end() && contains(allowed, nlohmann::json(*found));
            appraisal.demand(Check::policy_claims, held,
                             {.subject = subject,
                              .field = claim,
                              .bytes = as_bytes(text),
                              .reason = held           ? ""
                                        : text.empty() ? "it is not there"
                                                       : text});
        }
    }
}

}  // namespace assay::attest
