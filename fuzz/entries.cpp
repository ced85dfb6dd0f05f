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
                                         {"requester_program", requester_program}};
    return kEntries;
}

}  // namespace assay::fuzz
