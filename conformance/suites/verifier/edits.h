// What each bundle of vectors/evidence does to the genuine machine of its shape, by the bundle's id.
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
std::span<const Edit> genuine_log_edits();
std::span<const Edit> whole_edits();
std::span<const Edit> certificate_edits();
std::span<const Edit> report_edits();
std::span<const Edit> opaque_edits();
std::span<const Edit> topology_edits();
std::span<const Edit> firmware_edits();
std::span<const Edit> manifest_edits();
std::span<const Edit> manifest_signature_edits();
std::span<const Edit> ocsp_edits();
std::span<const Edit> tpm_edits();
std::span<const Edit> snp_edits();
std::span<const Edit> binding_edits();
std::span<const Edit> runtime_data_edits();
std::span<const Edit> expected_edits();
std::span<const Edit> policy_edits();

// Null when there is none of that id.
const Edit* edit(std::string_view id);

// What several groups do.
namespace edits {
using namespace evidence;  // NOLINT(google-build-using-namespace): the vocabulary of the edits

// Another value where firmware measures, as spoofed firmware would have it. From 0, as manifests count.
void measure(Machine& machine, size_t index, Bytes value);
Bytes other_digest(std::string_view what);  // 48 bytes
// One bit of a byte from the end, or from the front.
void flip_last(Bytes& bytes, size_t from_end = 1);
void flip(Bytes& bytes, size_t at);
// Ends a file of the bundle after so many bytes.
void cut(Machine& machine, std::string path, size_t size);
void replace(Machine& machine, std::string path, Bytes content);
// Has the verifier bring what a SEV-SNP report's REPORT_DATA must be.
void give_report_data(Machine& machine, ByteView data);
}  // namespace edits

}  // namespace assay::cases::verifier
