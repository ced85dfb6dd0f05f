// Evidence as a whole, and what the policy asks of devices beyond being genuine.
#include <algorithm>
#include <cctype>
#include <set>

#include "fuzz/evidence/oracles.h"
#include "stack/base/ranges.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

using Texts = std::vector<std::string>;

bool is_there(const Machine& machine, std::string_view kind) {
    if (kind == "gpu") return !machine.gpus.empty();
    return kind == "tpm" ? machine.tpm.has_value() : machine.snp.has_value();
}

bool policy_asks_for_something(const EvidenceView& view) {
    return !view.policy.value("require", Texts()).empty();
}

bool what_is_required_is_there(const EvidenceView& view) {
    return std::ranges::all_of(view.policy.value("require", Texts()),
                               [&](const std::string& kind) { return is_there(view.machine, kind); });
}

bool there_is_something_to_bind(const EvidenceView& view) {
    const Machine& machine = view.machine;
    return !view.policy.value("composite", false) || (!machine.gpus.empty() && (machine.tpm || machine.snp));
}

bool a_nonce_was_brought(const EvidenceView& view) { return !view.machine.nonce.empty(); }

bool devices_are_shown_once(const EvidenceView& view) {
    std::set<Bytes> seen;
    return std::ranges::all_of(view.machine.gpus, [&](const GpuForm& gpu) {
        return gpu.chain.empty() || seen.insert(issue(gpu.chain.front())).second;
    });
}

template <class Holds>
bool each_gpu(const EvidenceView& view, Holds holds) {
    return std::ranges::all_of(view.machine.gpus, holds);
}

// Of a floor that there is.
template <class Holds>
bool each_above(const EvidenceView& view, const char* key, Holds holds) {
    const auto floors = view.policy_part("floors");
    return !floors.contains(key) ||
           each_gpu(view, [&](const GpuForm& gpu) { return holds(gpu, floors[key]); });
}

bool spdm_is_new_enough(const EvidenceView& view) {
    return each_above(view, "spdm_version", [](const GpuForm& gpu, const std::string& floor) {
        return wire::name(gpu.report.version) >= floor;
    });
}

bool drivers_are_new_enough(const EvidenceView& view) {
    return each_above(view, "driver_version", [](const GpuForm& gpu, const std::string& floor) {
        return is_switch(gpu) || at_least(driver_version(gpu), floor, 10);
    });
}

bool vbios_is_new_enough(const EvidenceView& view) {
    return each_above(view, "vbios_version",
                      [](const GpuForm& gpu, const std::string& floor) {
                          return is_switch(gpu) || at_least(vbios_version(gpu), floor, 16);
                      }) &&
           each_above(view, "switch_version", [](const GpuForm& gpu, const std::string& floor) {
               return !is_switch(gpu) || at_least(vbios_version(gpu), floor, 16);
           });
}

bool manifests_are_new_enough(const EvidenceView& view) {
    return each_above(view, "rim_revision", [&](const GpuForm& gpu, const std::string& floor) {
        return std::ranges::all_of(manifests_of(view.machine, gpu), [&](const RimForm* rim) {
            return at_least(rim->meta.get("revision"), floor, 10);
        });
    });
}

bool firmware_is_secure_enough(const EvidenceView& view) {
    return each_above(view, "svn", [](const GpuForm& gpu, uint64_t floor) {
        const auto identity = identity_of(gpu);
        return identity && identity->svn && *identity->svn >= floor;
    });
}

bool modes_are_allowed(const EvidenceView& view) {
    const Texts allowed = view.policy.value("modes", Texts{"spt", "mpt", "ppcie"});
    return each_gpu(view, [&](const GpuForm& gpu) {
        const std::string mode = mode_of(gpu);
        return mode.empty() || contains(allowed, mode);
    });
}

bool is_on(const nlohmann::ordered_json& denied, const char* list, const std::string& value) {
    return std::ranges::any_of(denied.value(list, Texts()), [&](const std::string& entry) {
        return std::ranges::equal(entry, value, [](unsigned char a, unsigned char b) {
            return std::tolower(a) == std::tolower(b);
        });
    });
}

bool nothing_is_denied(const EvidenceView& view) {
    const auto denied = view.policy_part("denied");
    return each_gpu(view, [&](const GpuForm& gpu) {
        const auto identity = identity_of(gpu);
        return !is_on(denied, "driver", driver_version(gpu)) && !is_on(denied, "vbios", vbios_version(gpu)) &&
               !(identity && is_on(denied, "fwid", to_hex(identity->fwid))) &&
               std::ranges::none_of(manifests_of(view.machine, gpu), [&](const RimForm* rim) {
                   return is_on(denied, "rim", rim->root.get("tagId"));
               });
    });
}

std::string title_of(const GpuForm& gpu) {
    if (gpu.chain.empty()) return {};
    for (const auto& [type, value] : gpu.chain[std::min<size_t>(1, gpu.chain.size() - 1)].subject)
        if (type == "CN") return value;
    return {};
}

// The model by the name that its certificate gives it, and one that nobody has.
bool claims_are_as_wanted(const EvidenceView& view) {
    const auto claims = view.policy_part("claims");
    if (claims.contains("no-such-claim") && !view.machine.gpus.empty()) return false;
    if (!claims.contains("hwmodel")) return true;
    const auto& wanted = claims["hwmodel"];
    const Texts titles = wanted.is_array() ? wanted.get<Texts>() : Texts{wanted.get<std::string>()};
    return each_gpu(view, [&](const GpuForm& gpu) { return contains(titles, title_of(gpu)); });
}

}  // namespace

// What FEATURE_FLAG says counts before the status of protected PCIe.
std::string mode_of(const GpuForm& gpu) {
    if (is_debugged(gpu)) return "devtools";
    if (is_switch(gpu)) return {};
    const auto flag = number_of(gpu, opaque::feature_flag);
    if (flag == 1) return "mpt";
    return flag == 2 || number_of(gpu, opaque::protected_pcie) == opaque::kOn ? "ppcie" : "spt";
}

std::span<const Fact> whole_facts() {
    static constexpr Fact kFacts[] = {
        {"the policy asks for something", policy_asks_for_something},
        {"what is required is there", what_is_required_is_there},
        {"there is something to bind together", there_is_something_to_bind},
        {"a nonce was brought", a_nonce_was_brought},
        {"devices are shown once", devices_are_shown_once},
    };
    return kFacts;
}

std::span<const Fact> policy_facts() {
    static constexpr Fact kFacts[] = {
        {"SPDM is new enough", spdm_is_new_enough},
        {"drivers are new enough", drivers_are_new_enough},
        {"VBIOS is new enough", vbios_is_new_enough},
        {"manifests are new enough", manifests_are_new_enough},
        {"firmware is secure enough", firmware_is_secure_enough},
        {"modes are allowed", modes_are_allowed},
        {"nothing is denied", nothing_is_denied},
        {"claims are as wanted", claims_are_as_wanted},
    };
    return kFacts;
}

}  // namespace assay::fuzz
