#include "fuzz/verifier_seeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/cases/verifier/shapes.h"
#include "fuzz/verifier_steps.h"

namespace assay::fuzz {

namespace {

using enum VerifierKind;

uint8_t shape(std::string_view name) {
    const auto all = cases::verifier::shapes();
    const auto found = std::ranges::find(all, name, &cases::verifier::Shape::name);
    return static_cast<uint8_t>(found - all.begin());
}

// Where a kind of step has most to work on, or something of its own.
std::string_view fitting_shape(VerifierKind kind) {
    switch (kind) {
        case opening:
        case device_mode: return "hopper-1.2";
        case field_status:
        case field_value: return "hopper-flagged";
        case firmware_identity: return "blackwell";
        case device_gone:
        case device_twice:
        case device_moved: return "protected-pcie";
        case device_other:
        case platform_gone:
        case bound_now:
        case brought_nonce:
        case policy_require: return "composite";
        default: break;
    }
    if ((kind >= quote_nonce && kind <= booted) || kind == policy_tpm) return "tpm";
    if ((kind >= snp_nonce && kind <= snp_header) || kind == policy_snp) return "snp";
    return "hopper";
}

// Places that golden values and certificates have something at.
constexpr uint8_t kPlaces[] = {1, 9};
constexpr uint8_t kWays = 8;

}  // namespace

void write_verifier_seeds(const WriteSeed& write) {
    const auto put = [&](const std::string& name, uint8_t machine, const std::vector<VerifierStep>& steps) {
        write("verifier_program", name, concat({Bytes{machine}, to_input(steps)}));
    };
    for (const cases::verifier::Shape& one : cases::verifier::shapes())
        put(fmt::format("genuine_{}", one.name), shape(one.name), {});
    for (size_t i = 0; i < kVerifierKinds; ++i) {
        const auto kind = static_cast<VerifierKind>(i);
        const uint8_t machine = shape(fitting_shape(kind));
        for (const uint8_t place : kPlaces)
            for (uint8_t way = 0; way < kWays; ++way)
                put(fmt::format("{}_{}_{}", name(kind), place, way), machine, {{kind, 0, place, way}});
    }
    put("another_device", shape("composite"), {{bound_now}, {device_other}});
    put("another_switch", shape("switch"), {{measured_value, 0, 30, 0}});
    put("another_mode", shape("protected-pcie"), {{policy_modes, 0, 0, 3}});
    put("expired_signers", shape("hopper"), {{time_moved, 0, 0, 2}, {policy_flag, 0, 1, 1}});
    put("old_connection", shape("hopper-1.2"), {{connection, 0, 0, 1}, {policy_floor, 0, 0, 2}});
    put("old_switch", shape("switch"), {{policy_floor, 0, 3, 3}});
    put("svn_too_low", shape("blackwell"), {{policy_floor, 0, 5, 2}});
    put("svn_met", shape("blackwell"), {{policy_floor, 0, 5, 1}});
    put("hold_allowed", shape("hopper"), {{word_standing, 1, 0, 1}, {policy_ocsp, 0, 9, 3}});
    put("nonces_wanted", shape("hopper"), {{policy_ocsp, 0, 2, 3}});
    put("words_on_the_tpm", shape("tpm"), {{policy_ocsp, 0, 1, 0x84}});
    put("provider", shape("snp-vlek"), {{snp_signer, 0, 0, 1}});
    put("debugging_allowed", shape("snp"), {{snp_guest, 0, 0, 0}, {policy_snp, 0, 1, 0}});
    put("two_of_them", shape("hopper"), {{manifest_spare}, {golden_value, 0, 25, 1}, {cert_serial, 0, 2, 7}});
}

}  // namespace assay::fuzz
