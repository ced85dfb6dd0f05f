#include "fuzz/entries.h"

namespace assay::fuzz {

std::span<const Entry> entries() {
    static constexpr Entry kEntries[] = {{"request_parsing", request_parsing},
                                         {"response_parsing", response_parsing},
                                         {"certificate_chain", certificate_chain},
                                         {"opaque_data", opaque_data},
                                         {"framing_mctp", framing_mctp},
                                         {"framing_doe", framing_doe},
                                         {"framing_tcp", framing_tcp},
                                         {"framing_emu", framing_emu},
                                         {"responder_program", responder_program},
                                         {"requester_program", requester_program},
                                         {"session_program", session_program},
                                         {"session_program_real", session_program_real},
                                         {"session_program_both", session_program_both},
                                         {"mitm_program", mitm_program},
                                         {"mitm_program_real", mitm_program_real},
                                         {"record_open", record_open},
                                         {"record_open_real", record_open_real},
                                         {"key_schedule_diff", key_schedule_diff},
                                         {"transfer_program", transfer_program},
                                         {"transfer_program_real", transfer_program_real},
                                         {"event_log", event_log},
                                         {"canonical_log", canonical_log},
                                         {"tpm_quote", tpm_quote},
                                         {"snp_report", snp_report},
                                         {"gpu_report", gpu_report},
                                         {"rim_xml", rim_xml},
                                         {"certificate_extensions", certificate_extensions},
                                         {"attest_policy", attest_policy},
                                         {"device_program", device_program},
                                         {"verifier_program", verifier_program}};
    return kEntries;
}

std::string_view Entry::corpus() const {
    for (std::string_view twin : {"_real", "_both"}) {
        if (name.ends_with(twin)) return name.substr(0, name.size() - twin.size());
    }
    return name;
}

}  // namespace assay::fuzz
