// A bundle: evidence as a folder of files with a list of them, and with it the verifier's own inputs.
#pragma once

#include "stack/attest/appraisal.h"
#include "stack/attest/evidence.h"
#include "stack/evidence/files.h"

namespace assay::attest {

// The list of evidence (vectors/schemas/evidence.schema.json), at the top of the folder.
inline constexpr std::string_view kEvidenceFile = "evidence.json";
inline constexpr std::string_view kEvidenceFormat = "assay-evidence/1";
// The verifier's own inputs (vectors/schemas/context.schema.json); read only when asked for.
inline constexpr std::string_view kContextFile = "context.json";

// No file of evidence may be larger than this, in bytes, nor all together than that; the list not larger than
// a sixteenth of one. Real event logs have about 100 KiB, manifests 25.
inline constexpr size_t kMaxFile = size_t{16} << 20;
inline constexpr size_t kMaxEvidence = 4 * kMaxFile;
inline constexpr size_t kMaxListed = 64;  // GPUs, manifests or OCSP responses

// Reads evidence.json and takes the files it names from `files`. Paths are relative to the folder, with '/'
// between their parts, none of which is empty, "." or "..". Makes evidence_form and, once a file,
// evidence_file. What could not be read is left out.
Evidence read_evidence(Appraisal& appraisal, const evidence::Files& files);

// The files that evidence.json names and `files` may have, for those who read them from a disk: every path
// that read_evidence would look up. Empty when it cannot be read.
std::vector<std::string> evidence_paths(ByteView list);

// Reads a verifier's own inputs from JSON; paths in it are looked up in `files`. Errors: Errc::bad_text
// naming the key or file.
Result<Context> read_context(std::string_view text, const evidence::Files& files);
// The paths that read_context would look up. Errors: as there.
Result<std::vector<std::string>> context_paths(std::string_view text);

// Roots from one file, PEM or concatenated DER. Errors: Errc::bad_cert.
Result<std::vector<crypto::Certificate>> read_roots(ByteView bytes);
// 32 bytes in hexadecimal. Errors: Errc::bad_text.
Result<wire::Nonce> read_nonce(std::string_view text);
// What is expected of one part (Context::expected), in hexadecimal. Errors: Errc::bad_text for a subject that
// no part has, or bytes that it cannot carry.
Result<Bytes> read_expected(std::string_view subject, std::string_view text);

}  // namespace assay::attest
