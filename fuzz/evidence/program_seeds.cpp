#include "fuzz/evidence/program_seeds.h"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/evidence/steps.h"
#include "stack/evidence/shapes.h"

namespace assay::fuzz {

namespace {

using enum VerifierKind;

uint8_t shape(std::string_view name) {
    const auto all = evidence::shapes();
    const auto found = std::ranges::find(all, name, &evidence::Shape::name);
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
        case device_gone: return "protected-pcie";
        case device_twice:
        case device_moved: return "four";
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
    for (const evidence::Shape& one : evidence::shapes())
        put(fmt::format("genuine_{}", one.name), shape(one.name), {});
    // Many that leave it genuine fit into one.
    put("messages_otherwise", shape("hopper"),
        {{block_moved, 0, 3, 9},
         {field_moved, 0, 1, 2},
         {golden_moved, 0, 7, 30},
         {responder_nonce, 0, 0, 5},
         {report_slot, 0, 3, 0},
         {cert_serial, 0, 2, 7},
         {connection, 0, 0, 0},
         {cert_encoding}});
    put("keys_otherwise", shape("hopper"),
        {{golden_value, 0, 25, 1},
         {firmware_identity, 0, 0, 3},
         {cert_key, 0, 0, 0},
         {manifest_spare},
         {manifest_moved, 0, 1, 0},
         {golden_spare, 0, 3, 0},
         {root_more},
         {ocsp_moved, 0, 4}});
    put("words_otherwise", shape("hopper"),
        {{ocsp_delegate, 1, 0, 0},
         {ocsp_nonce, 2, 0, 1},
         {ocsp_hash, 3},
         {root_left_out, 0, 0, 0},
         {measured_value, 0, 35, 19},
         {cert_validity, 0, 0, 2},
         {cert_extension, 0, 1, 3},
         {cert_purposes, 0, 0, 1}});
    put("manifests_otherwise", shape("hopper"),
        {{manifest_twice},
         {ocsp_twice, 1, 0, 3},
         {golden_active, 0, 25, 1},
         {golden_gone, 0, 60, 0},
         {golden_attribute, 0, 9, 6},
         {manifest_more},
         {manifest_root, 0, 4, 0},
         {manifest_meta, 0, 5, 0}});
    put("certificates_otherwise", shape("hopper"),
        {{cert_usage, 0, 1, 2},
         {cert_path_length, 0, 3, 4},
         {cert_authority, 0, 2, 2},
         {cert_names, 0, 1, 1},
         {cert_renamed, 0, 2, 0},
         {policy_flag, 0, 1, 1},
         {policy_floor, 0, 1, 0},
         {policy_claims, 0, 0, 2}});
    put("policy_otherwise", shape("hopper"),
        {{policy_modes, 0, 0, 1},
         {policy_denied, 0, 0, 1},
         {policy_ocsp, 0, 1, 1},
         {time_moved, 0, 1, 0},
         {block_gone, 0, 60, 0},
         {block_twice, 0, 61, 4},
         {golden_alternatives, 0, 25, 2},
         {block_form, 0, 1, 6}});
    put("platform_otherwise", shape("composite"),
        {{device_other, 0, 1, 0},
         {quote_header, 0, 9, 2},
         {bound_now},
         {quote_selection, 0, 3, 1},
         {snp_guest, 0, 5, 4},
         {snp_header, 0, 3, 0},
         {policy_tpm, 0, 1, 3},
         {policy_snp, 0, 1, 5}});
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
    put("hold_allowed", shape("hopper"), {{ocsp_standing, 1, 0, 1}, {policy_ocsp, 0, 9, 3}});
    put("nonces_wanted", shape("hopper"), {{policy_ocsp, 0, 2, 3}});
    put("words_on_the_tpm", shape("tpm"), {{policy_ocsp, 0, 1, 0x84}});
    put("provider", shape("snp-vlek"), {{snp_signer, 0, 0, 1}});
    put("debugging_allowed", shape("snp"), {{snp_guest, 0, 0, 0}, {policy_snp, 0, 1, 0}});
    // Where one check alone decides.
    put("leaf_is_an_authority", shape("hopper"), {{cert_authority, 0, 0, 2}});
    put("leaf_is_for_agreement", shape("hopper"), {{cert_usage, 0, 0, 3}});
    put("authority_above_is_not_one", shape("hopper"), {{cert_authority, 0, 2, 1}});
    put("leaf_of_another", shape("hopper"), {{cert_key, 0, 0, 2}});
    put("rim_leaf_of_another", shape("hopper"), {{cert_key, 1, 0, 2}});
    put("no_answer_beside", shape("hopper"), {{ocsp_twice, 1, 0, 3}, {ocsp_status, 7, 0, 0}});
    put("one_measurement_asked", shape("hopper"), {{report_header, 0, 5, 5}});
    put("spare_index_zero", shape("hopper"), {{block_index, 0, 50, 0}});
    put("spare_index_reserved", shape("hopper"), {{block_index, 0, 50, 7}});
    put("spare_of_another_type", shape("hopper"), {{block_form, 0, 50, 17}});
    put("spare_manifest_empty", shape("hopper"), {{manifest_spare}, {golden_gone, 2, 0, 255}});
    put("spare_manifest_of_a_type", shape("hopper"), {{manifest_spare}, {manifest_root, 2, 5, 0}});
    put("spare_manifest_supplemental", shape("hopper"), {{manifest_spare}, {manifest_root, 2, 2, 1}});
    put("spare_manifest_transformed", shape("hopper"), {{manifest_spare}, {manifest_method, 2, 0, 1}});
    put("spare_manifest_weak", shape("hopper"), {{manifest_spare}, {manifest_method, 2, 0, 2}});
    put("two_manifests_of_an_index", shape("hopper"),
        {{block_index, 0, 50, 5}, {golden_spare, 0, 0, 3}, {golden_spare, 1, 0, 3}});
    put("no_such_register", shape("tpm"), {{policy_tpm, 0, 2, 0}, {quote_selection, 0, 2, 0}});
    put("two_separators", shape("tpm"), {{event_twice, 0, 8, 0}});
    put("other_words_for_it", shape("tpm"), {{event_measured, 1, 3, 1}});
    put("committed_above_current", shape("snp"), {{snp_tcb, 2, 2, 1}});
    put("composite_other_processor", shape("composite"), {{snp_nonce, 0, 0, 0}});
    put("composite_other_tpm", shape("composite"), {{quote_nonce, 0, 0, 0}});
    put("vbios_too_old", shape("hopper"), {{policy_floor, 0, 2, 3}});
    put("manifest_too_old", shape("hopper"), {{policy_floor, 0, 4, 2}});
    put("other_model", shape("hopper"), {{device_model, 0, 0, 1}});
    // Bits that are not ruled on.
    put("bit_of_a_manifest", shape("hopper"), {{file_byte, 5, 9, 0}});
    put("bit_of_a_word", shape("hopper"), {{file_byte, 6, 1, 0}});
    put("bit_of_a_certificate", shape("hopper"), {{file_byte, 7, 9, 0}});
    put("bit_of_the_list", shape("hopper"), {{file_byte, 9, 1, 0}});
    put("bit_of_the_log", shape("tpm"), {{file_byte, 8, 9, 0}});
    put("two_of_them", shape("hopper"), {{manifest_spare}, {golden_value, 0, 25, 1}, {cert_serial, 0, 2, 7}});
}

}  // namespace assay::fuzz
