// report.json: a run as data.
//
// Keys are never renamed and never change their meaning within a format number; new ones may be added.
//   tool, format, role   "assay", 1, "responder"
//   started              only if it was given
//   target, seed, strict, allow_writes, profile
//   filter               the globs of --case with spaces between them, "*" if there are none
//   selection            the options that selected the cases: ["--case", "crt/*", "--fast"]
//   versions             that were run: ["1.0", ...]
//   exchanges            how many in all
//   counts               results by verdict: {"pass": n, "loose_pass": n, ...}, all ten
//   unreachable          whether the target was lost; killed_by: the case after which, or null
//   interrupted          whether it was ended early: what is missing in results was not run
//   exit_code, command   command: the line that does the run again
//   results              [{id, title, version, verdict, reason, requirements, clauses, judged, findings}],
//                        version null when none was agreed on and in a role without
//                        versions; clauses: where the requirements stand, each
//                        once; seconds: that it took, only if there was a clock; judged: the requirements
//                        that were judged in this run, held or not, those of the case and what was looked at
//                        on the way; all but passes also have {command, exchanges}
//   findings             [{verdict, requirement, text, document, section, level, evidence, expected, got,
//                        exchange, field}]; requirement and what follows from it null when the finding is
//                        about none, exchange (an index) and field null likewise
//   exchanges            [{request, request_name, response, response_name}], bytes in hexadecimal, response
//                        and its name null for silence; after a signed response also {signature,
//                        signature_reason}, and where the signature is bad {transcript}, the bytes that it
//                        must cover. Inside a session also {session, request_record, response_record}: its
//                        identifier, and the records that carried both messages; response_record null for
//                        silence and for an answer outside the session, response_name null for a record that
//                        cannot be opened. Where messages hold verify data also {verify_data: [{message,
//                        result, due}]}
//
// A role without versions has a key by which it counts instead ("group", "category"), and each may have more
// of its own, as strings:
//   verifier             verifier; results: {group, shape, expected, check, file, field, source, dispute,
//                        answer, words, repeat} (conformance/suites/verifier/suite.h)
//   transfer             results: {group}
//   threats              results: {category, row, mode, expected, observed, what, check, bytes}
//                        (conformance/suites/threats/threats.h)
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "conformance/report/details.h"

namespace assay::report {

inline constexpr int kJsonFormat = 1;

nlohmann::ordered_json to_json(const engine::RunReport& report, const Details& details = {});

// What stands in the file: two spaces of indentation, a line feed at the end, and always valid UTF-8.
std::string to_text(const nlohmann::ordered_json& json);

}  // namespace assay::report
