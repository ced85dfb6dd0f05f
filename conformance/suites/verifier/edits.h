// The edits of those bundles of vectors/evidence that have no steps, by the bundle's id. What they do is
// computed in a way for which the vocabulary of stack/evidence/edit.h has no word: XML or DER that is
// searched, documents in documents, signatures over other bytes, runtime data before it is written.
#pragma once

#include <span>
#include <string_view>

#include "stack/evidence/shapes.h"

namespace assay::cases::verifier {

struct Edit {
    std::string_view id;
    void (*apply)(evidence::Machine& machine);
};

// One file a group.
std::span<const Edit> genuine_edits();
std::span<const Edit> certificate_edits();
std::span<const Edit> report_edits();
std::span<const Edit> firmware_edits();
std::span<const Edit> manifest_edits();
std::span<const Edit> manifest_signature_edits();
std::span<const Edit> ocsp_edits();
std::span<const Edit> runtime_data_edits();

// Null when there is none of that id.
const Edit* edit(std::string_view id);

// What several groups do.
namespace edits {
using namespace evidence;  // NOLINT(google-build-using-namespace): the vocabulary of the edits

// Another value where firmware measures, as spoofed firmware would have it. From 0, as manifests count.
void measure(Machine& machine, size_t index, Bytes value);
Bytes other_digest(std::string_view what);  // 48 bytes
// A file of the bundle has this content.
void replace(Machine& machine, std::string path, Bytes content);
}  // namespace edits

}  // namespace assay::cases::verifier
