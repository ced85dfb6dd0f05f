// What the rows of roles() call: a file a role.
#pragma once

#include "conformance/cli/commands.h"

namespace assay::cli {

int run_responder(const RunCommand& command, Streams& streams);
int list_responder_cases(const RunCommand& command, Streams& streams);
int responder_kill_matrix(Streams& streams);
// The cases of the encrypted path against the built-in one.
int run_transfer(const RunCommand& command, Streams& streams);
int list_transfer_cases(const RunCommand& command, Streams& streams);
int transfer_kill_matrix(Streams& streams);
// A verifier against the bundles of evidence; the matrix is that of our own.
int run_verifier(const RunCommand& command, Streams& streams);
int list_verifier_cases(const RunCommand& command, Streams& streams);
int verifier_kill_matrix(Streams& streams);
// The threat model against the model of GPU and guest: exit code 0 if every cell is as expected.
int run_threats(const RunCommand& command, Streams& streams);
int threat_kill_matrix(Streams& streams);
// Of every role.
int traceability(Streams& streams);

}  // namespace assay::cli
