// What each fuzz target does with an input. An input is never refused; what it means stands with each entry.
// A broken invariant ends the program.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "stack/base/bytes.h"

namespace assay::fuzz {

// Two bytes choose version and layout (see layout() in parsing.cpp), the rest is one request, or response.
void request_parsing(ByteView input);
void response_parsing(ByteView input);
// One byte chooses version and hash, the rest is a certificate chain structure.
void certificate_chain(ByteView input);
// One byte chooses the form, the rest is opaque data.
void opaque_data(ByteView input);
// A unit of the binding.
void framing_mctp(ByteView input);
void framing_doe(ByteView input);
// One byte gives the size of the pieces, the rest is a stream.
void framing_tcp(ByteView input);
void framing_emu(ByteView input);
// Steps against a live responder: see program.h.
void responder_program(ByteView input);
// Steps of an attacker between a live requester and a live responder: see requester_program.cpp.
void requester_program(ByteView input);
// Steps inside and outside of sessions against a live responder: see session_program.cpp. With fast and with
// real cryptography, and with both, held against each other.
void session_program(ByteView input);
void session_program_real(ByteView input);
void session_program_both(ByteView input);
// Somebody between two honest ends: see mitm_program.cpp.
void mitm_program(ByteView input);
void mitm_program_real(ByteView input);
// Two bytes choose session and record, the rest is a record or its plaintext: see record_programs.cpp.
void record_open(ByteView input);
void record_open_real(ByteView input);
// Two ends whose transcripts differ where the input says: see record_programs.cpp.
void key_schedule_diff(ByteView input);
// Two ends of the encrypted transfer path and a hostile memory between them: see transfer_program.cpp.
void transfer_program(ByteView input);
void transfer_program_real(ByteView input);
// A boot event log, under a genuine quote: see platform_evidence.cpp.
void event_log(ByteView input);
// A canonical event log behind a genuine one.
void canonical_log(ByteView input);
// Two bytes give the size of the quote, which follows; the rest is its signature.
void tpm_quote(ByteView input);
// A SEV-SNP attestation report.
void snp_report(ByteView input);
// One byte chooses device and version, the rest is a GPU's report; a reference manifest; certificates of a
// device, or the extension that names its firmware; a policy, a context or a list of evidence: see
// gpu_evidence.cpp.
void gpu_report(ByteView input);
void rim_xml(ByteView input);
void certificate_extensions(ByteView input);
void attest_policy(ByteView input);
// The life of a machine of guest, bus and GPU: see device_program.cpp.
void device_program(ByteView input);

// Genuine evidence, edited by structure and signed anew, before the verifier: see verifier_program.h.
void verifier_program(ByteView input);

struct Entry {
    std::string_view name;
    void (*run)(ByteView input);

    // Whose seeds and regressions it reads: twins share those of the target with fast cryptography.
    std::string_view corpus() const;
};
std::span<const Entry> entries();

}  // namespace assay::fuzz
