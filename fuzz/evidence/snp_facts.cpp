// The processor's report (AMD 56860, chapter 7) and the certificate of its key (AMD 57230).
#include <algorithm>

#include "fuzz/evidence/oracles.h"
#include "stack/base/ranges.h"
#include "stack/evidence/der.h"

namespace assay::fuzz {

using namespace evidence;

namespace {

constexpr uint64_t kReservedOne = uint64_t{1} << 17, kMigration = uint64_t{1} << 18,
                   kDebug = uint64_t{1} << 19;

template <class Holds>
bool of_report(const EvidenceView& view, Holds holds) {
    return !view.machine.snp || holds(*view.machine.snp);
}

const Extension* extension(const SnpForm& snp, std::string_view oid) {
    if (snp.chain.empty()) return nullptr;
    const auto found = std::ranges::find(snp.chain.front().more, oid, &Extension::oid);
    return found == snp.chain.front().more.end() ? nullptr : &*found;
}

bool is_of_a_chip(const SnpForm& snp) { return extension(snp, kOidHardware) != nullptr; }
bool is_of_a_provider(const SnpForm& snp) { return extension(snp, std::string(kOidAmd) + "5") != nullptr; }

bool report_is_as_the_abi_has_it(const EvidenceView& view) {
    return of_report(view, [](const SnpForm& snp) {
        const bool policy = snp.policy >> 26 == 0 && (snp.policy & kReservedOne) != 0;
        // Five bits at first, a sixth from version 3 on, and any in the newest.
        const bool platform = snp.version >= 5 || snp.platform_info >> (snp.version >= 3 ? 6 : 5) == 0;
        const bool mitigations =
            snp.version >= 5 || (snp.launch_mitigations == 0 && snp.current_mitigations == 0);
        return snp.version >= 2 && snp.version <= 5 && policy && platform && mitigations &&
               snp.flags >> 5 == 0 && !snp.edit_before;
    });
}

bool platform_is_known(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        return snp.platform_info >> 8 == 0 || !view.policy_part("snp").value("platform_info_known", false);
    });
}

// The edits leave the processor as the shape has it.
bool certificate_is_of_the_processor(const EvidenceView& view) {
    return of_report(view, [](const SnpForm& snp) {
        const Extension* product = extension(snp, kOidProduct);
        const Extension* structure = extension(snp, kOidStructure);
        if (product == nullptr) return false;
        const bool of_line = product->value == der::text(der::kIa5, snp.processor.line) ||
                             product->value == der::text(der::kIa5, snp.processor.product_name);
        const auto layout = der::integer(uint64_t{snp.processor.turin() ? 1U : 0U});
        return of_line && (is_of_a_provider(snp) || (structure != nullptr && structure->value == layout));
    });
}

bool report_is_signed_by_its_key(const EvidenceView& view) {
    return of_report(view, [](const SnpForm& snp) {
        const KeyName p384{snp.signer.label, crypto::SignAlgo::ecdsa_p384};
        return !snp.chain.empty() && snp.signer == snp.chain.front().key && snp.signer == p384 &&
               snp.signature_algo == 1 && !snp.edit_after;
    });
}

bool key_is_of_the_kind_it_says(const EvidenceView& view) {
    return of_report(view, [](const SnpForm& snp) {
        const uint32_t said = snp.flags >> 2 & 7;
        return is_of_a_chip(snp) != is_of_a_provider(snp) && said == (is_of_a_chip(snp) ? 0U : 1U);
    });
}

bool report_is_of_its_chip(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        if (snp.chip_id == Bytes(64)) return !view.policy_part("snp").value("chip_id_required", false);
        if (!is_of_a_chip(snp)) return true;
        Bytes id = extension(snp, kOidHardware)->value;
        const bool known_size = id.size() == (snp.processor.turin() ? 8U : 64U);
        id.resize(64);
        return known_size && id == snp.chip_id;
    });
}

bool certificate_is_for_the_tcb(const EvidenceView& view) {
    return of_report(view, [](const SnpForm& snp) {
        const std::pair<std::string_view, uint8_t> levels[] = {{kOidBootLoader, snp.reported.boot_loader},
                                                               {kOidTee, snp.reported.tee},
                                                               {kOidSnp, snp.reported.snp},
                                                               {kOidMicrocode, snp.reported.microcode}};
        const auto is_for = [&](std::string_view oid, uint8_t level) {
            const Extension* one = extension(snp, oid);
            return one != nullptr && one->value == der::integer(uint64_t{level});
        };
        const bool fmc = snp.processor.turin() ? is_for(kOidFmc, snp.reported.fmc.value_or(0))
                                               : extension(snp, kOidFmc) == nullptr;
        return fmc && std::ranges::all_of(
                          levels, [&](const auto& level) { return is_for(level.first, level.second); });
    });
}

bool covers(const TcbForm& tcb, const TcbForm& least) {
    return tcb.fmc.value_or(0) >= least.fmc.value_or(0) && tcb.boot_loader >= least.boot_loader &&
           tcb.tee >= least.tee && tcb.snp >= least.snp && tcb.microcode >= least.microcode;
}

// Nothing is newer than what runs.
bool tcbs_fit_each_other(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        const bool rollback = view.policy_part("snp").value("allow_rollback", false);
        return covers(snp.current, snp.committed) && covers(snp.current, snp.reported) &&
               (rollback || covers(snp.current, snp.launch));
    });
}

bool tcb_is_new_enough(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        const auto tcb = view.policy_part("snp").value("tcb", nlohmann::ordered_json::object());
        const auto level = [&](const char* key) { return tcb.value(key, uint8_t{0}); };
        const TcbForm least{.boot_loader = level("bootloader"),
                            .tee = level("tee"),
                            .snp = level("snp"),
                            .microcode = level("microcode"),
                            .fmc = level("fmc")};
        return covers(snp.reported, least) && covers(snp.launch, least);
    });
}

bool nobody_else_looks_into_the_guest(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        const auto policy = view.policy_part("snp");
        return ((snp.policy & kDebug) == 0 || policy.value("allow_debug", false)) &&
               ((snp.policy & kMigration) == 0 || policy.value("allow_migration", false));
    });
}

bool level_is_allowed(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        const auto levels = view.policy_part("snp").value("vmpl", std::vector<uint32_t>());
        return snp.vmpl <= 3 && (levels.empty() || contains(levels, snp.vmpl));
    });
}

bool guest_is_allowed(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        const auto policy = view.policy_part("snp");
        const auto allowed = policy.value("measurements", std::vector<std::string>());
        return (allowed.empty() || contains(allowed, to_hex(snp.measurement))) &&
               snp.guest_svn >= policy.value("guest_svn", uint32_t{0});
    });
}

bool report_is_for_the_nonce(const EvidenceView& view) {
    return of_report(view, [&](const SnpForm& snp) {
        return snp.report_data.empty() || snp.report_data == vouched_by_processor(view.machine);
    });
}

}  // namespace

std::span<const Fact> snp_facts() {
    static constexpr Fact kFacts[] = {
        {"the processor's report is as the ABI has it", report_is_as_the_abi_has_it},
        {"the processor's report is signed by its key", report_is_signed_by_its_key},
        {"the processor's key is of the kind that the report says", key_is_of_the_kind_it_says},
        {"the processor's platform is known", platform_is_known},
        {"the processor's key is of the report's product", certificate_is_of_the_processor},
        {"the processor's report is of its key's chip", report_is_of_its_chip},
        {"the processor's key is for the TCB of the report", certificate_is_for_the_tcb},
        {"the processor's TCBs fit each other", tcbs_fit_each_other},
        {"the processor's TCB is new enough", tcb_is_new_enough},
        {"nobody else looks into the guest", nobody_else_looks_into_the_guest},
        {"the guest's level is allowed", level_is_allowed},
        {"the guest is allowed", guest_is_allowed},
        {"the processor's report is for what it should be for", report_is_for_the_nonce},
    };
    return kFacts;
}

}  // namespace assay::fuzz
