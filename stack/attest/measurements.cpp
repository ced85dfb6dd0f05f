#include "stack/attest/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "stack/base/ranges.h"

namespace assay::attest {

namespace {

// FirmwareManufacturerId of NVIDIA (IANA private enterprise numbers).
constexpr std::string_view kNvidia = "5703";

struct Need {
    RimKind kind;
    std::string version;
};

std::vector<Need> needs(const GpuFacts& gpu) {
    if (gpu.kind == DeviceKind::nvswitch) return {{RimKind::switch_bios, gpu.vbios_version()}};
    return {{RimKind::driver, gpu.driver_version()}, {RimKind::vbios, gpu.vbios_version()}};
}

bool same_version(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](char a, char b) {
        return std::toupper(static_cast<unsigned char>(a)) == std::toupper(static_cast<unsigned char>(b));
    });
}

// The best of the manifests, and how good it is.
struct Choice {
    const Rim* rim = nullptr;
    bool product = false;
    bool version = false;
};

Choice choose(const std::vector<Rim>& rims, const Need& need, const std::string& model) {
    Choice best;
    for (const Rim& rim : rims) {
        const Choice candidate{&rim, rim.kind == need.kind && rim.product == model,
                               same_version(rim.version, need.version)};
        const auto rank = [](const Choice& choice) { return 2 * choice.product + choice.version; };
        // One of another kind or product is a candidate only if its version makes it look like the one.
        if (rank(candidate) == 0) continue;
        if (best.rim == nullptr || rank(candidate) > rank(best)) best = candidate;
    }
    return best;
}

class Comparison {
   public:
    Comparison(Appraisal& appraisal, const GpuFacts& gpu) : appraisal_(appraisal), gpu_(gpu) {}

    const Rim* choose_for(const Need& need, const std::vector<Rim>& rims) {
        const std::string title(name(need.kind));
        const std::string subject = fmt::format("{}/{}", gpu_.subject, title);
        const Choice choice = choose(rims, need, gpu_.model);
        const std::string wanted = fmt::format("{} {} is needed", gpu_.model, need.version);
        auto& claims = appraisal_.claims()[gpu_.subject];
        const std::string claim = fmt::format("x-nvidia-gpu-{}-", title);
        claims[claim + "fetched"] = choice.rim != nullptr;
        if (!appraisal_.demand(Check::rim_present, choice.rim != nullptr,
                               {.subject = subject, .reason = choice.rim == nullptr ? wanted : ""}) ||
            choice.rim == nullptr) {
            return nullptr;
        }
        const Rim& rim = *choice.rim;
        appraisal_.demand(Check::rim_kind, choice.product,
                          {.subject = subject,
                           .field = "product",
                           .bytes = as_bytes(rim.product),
                           .reason = choice.product ? "" : wanted});
        appraisal_.demand(Check::rim_version, choice.version,
                          {.subject = subject,
                           .field = "colloquialVersion",
                           .bytes = as_bytes(rim.version),
                           .reason = choice.version ? "" : wanted});
        claims[claim + "signature-verified"] = rim.verified;
        claims[claim + "version-match"] = choice.version;
        if (rim.manufacturer == kNvidia) claims["oemid"] = rim.manufacturer;
        return &rim;
    }

    void compare(const std::vector<const Rim*>& rims) {
        conflict(rims);
        auto mismatches = nlohmann::ordered_json::array();
        bool all = true;
        size_t compared = 0;
        for (const Rim* rim : rims) {
            for (const auto& [index, golden] : rim->values) {
                if (!golden.active || skipped(*rim, index)) continue;
                ++compared;
                if (matches(*rim, index, golden)) continue;
                all = false;
                mismatches.push_back({{"index", index}, {"manifest", rim->subject}, {"name", golden.name}});
            }
        }
        if (!absent_) demand(Check::measurement_present, true, {}, nullptr, {});
        if (!differs_) demand(Check::measurement_match, true, {}, nullptr, {});
        auto& claims = appraisal_.claims()[gpu_.subject];
        claims["measres"] = all && compared > 0 ? "success" : "fail";
        if (!all) claims["x-nvidia-mismatch-measurement-records"] = std::move(mismatches);
    }

   private:
    void conflict(const std::vector<const Rim*>& rims) {
        std::optional<uint8_t> twice;
        std::map<uint8_t, const Rim*> owners;
        for (const Rim* rim : rims) {
            for (const auto& [index, golden] : rim->values) {
                if (golden.active && !owners.emplace(index, rim).second && !twice) twice = index;
            }
        }
        demand(Check::rim_conflict, !twice, twice ? fmt::format("golden value {}", *twice) : "", nullptr, {});
    }

    bool skipped(const Rim& rim, uint8_t index) const {
        return rim.kind == RimKind::driver && index == kNvdec0Golden &&
               gpu_.opaque.number(opaque::nvdec0_status) == opaque::kOff;
    }

    bool matches(const Rim& rim, uint8_t index, const Golden& golden) {
        const auto measured = gpu_.report->measurements.find(static_cast<uint8_t>(index + 1));
        const std::string field = fmt::format("measurement {}", index + 1);
        if (measured == gpu_.report->measurements.end()) {
            absent_ = true;
            return demand(Check::measurement_present, false, field, nullptr,
                          fmt::format("{} has \"{}\"", rim.path, golden.name));
        }
        if (contains(golden.alternatives, measured->second.value)) return true;
        differs_ = true;
        return demand(
            Check::measurement_match, false, field, &measured->second,
            fmt::format("{} says {} for \"{}\"", rim.path, to_hex(golden.alternatives.front()), golden.name));
    }

    bool demand(Check check, bool held, std::string field, const Measured* at, std::string reason) {
        CheckSite site{.subject = gpu_.subject, .field = std::move(field), .reason = std::move(reason)};
        if (at != nullptr) {
            site.offset = at->offset;
            site.bytes = at->value;
        }
        return appraisal_.demand(check, held, std::move(site));
    }

    Appraisal& appraisal_;
    const GpuFacts& gpu_;
    bool absent_ = false;
    bool differs_ = false;
};

}  // namespace

std::vector<const Rim*> appraise_measurements(Appraisal& appraisal, const GpuFacts& gpu,
                                              const std::vector<Rim>& rims) {
    std::vector<const Rim*> chosen;
    if (!gpu.report) return chosen;
    Comparison comparison(appraisal, gpu);
    for (const Need& need : needs(gpu)) {
        const Rim* rim = comparison.choose_for(need, rims);
        if (rim != nullptr && !contains(chosen, rim)) chosen.push_back(rim);
    }
    comparison.compare(chosen);
    return chosen;
}

std::vector<std::string> rim_ids(const GpuFacts& gpu) {
    std::string digits = gpu.vbios_version();
    std::erase(digits, '.');
    if (gpu.kind == DeviceKind::nvswitch) return {fmt::format("NV_SWITCH_BIOS_5612_0002_890_{}", digits)};
    return {fmt::format("NV_GPU_DRIVER_{}_{}", gpu.model, gpu.driver_version()),
            fmt::format("NV_GPU_VBIOS_{}_{}_{}_{}", gpu.opaque.text(opaque::project),
                        gpu.opaque.text(opaque::project_sku), gpu.opaque.text(opaque::chip_sku), digits)};
}

}  // namespace assay::attest
