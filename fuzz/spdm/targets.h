// What each target of this folder does with an input. An input is never refused; what it means stands with
// each. A broken invariant ends the program. Names that end in _real are the same with OpenSSL, in _both with
// fast and real cryptography held against each other.
#pragma once

#include "fuzz/common/mutate.h"

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
// Steps against a live responder: see message_program.h.
void responder_program(ByteView input);
// Steps of an attacker between a live requester and a live responder: see requester_program.cpp.
void requester_program(ByteView input);
// Steps inside and outside of sessions against a live responder: see session_program.cpp.
void session_program(ByteView input);
void session_program_real(ByteView input);
void session_program_both(ByteView input);
// An attacker between two honest ends: see mitm_program.cpp.
void mitm_program(ByteView input);
void mitm_program_real(ByteView input);
// Two bytes choose session and record, the rest is a record or its plaintext: see record_programs.cpp.
void record_open(ByteView input);
void record_open_real(ByteView input);
// Two ends whose transcripts differ where the input says: see record_programs.cpp.
void key_schedule_diff(ByteView input);

// Made before the first input, which would otherwise be credited with the coverage: see fixtures.h.
void prepare_fixtures();
void prepare_real_fixtures();

// Programs of messages that begin one byte, or four, into the input; and programs of sessions.
extern const Mutator kMessageMutator1;
extern const Mutator kMessageMutator4;
extern const Mutator kSessionMutator;

}  // namespace assay::fuzz
