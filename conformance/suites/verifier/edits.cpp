#include "conformance/suites/verifier/edits.h"

#include <algorithm>

namespace assay::cases::verifier {

const Edit* edit(std::string_view id) {
    for (const auto& group : {
             genuine_edits(),
             certificate_edits(),
             report_edits(),
             firmware_edits(),
             manifest_edits(),
             manifest_signature_edits(),
             ocsp_edits(),
             runtime_data_edits(),
         }) {
        const auto found = std::ranges::find(group, id, &Edit::id);
        if (found != group.end()) return &*found;
    }
    return nullptr;
}

namespace edits {

void measure(Machine& machine, size_t index, Bytes value) {
    machine.report().blocks[index].value = std::move(value);
    if (OpaqueForm* counts = machine.report().field(opaque::counts))
        counts->value = measurement_counts(machine.report(), counts->value.size() / 4);
}

Bytes other_digest(std::string_view what) { return digest(crypto::HashAlgo::sha384, as_bytes(what)); }

void replace(Machine& machine, std::string path, Bytes content) {
    machine.edit_files = [path = std::move(path), content = std::move(content)](evidence::Files& files) {
        files.at(path) = content;
    };
}

}  // namespace edits

}  // namespace assay::cases::verifier
