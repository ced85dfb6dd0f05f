// The bundles of evidence that a verifier is tested with, from vectors/evidence.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stack/attest/appraisal.h"
#include "stack/evidence/edit.h"
#include "stack/evidence/files.h"

namespace assay::cases::verifier {

struct Bundle {
    std::string group;  // the file that lists it
    std::string id;     // "firmware/one-bit"; never changes and is never used again
    std::string title;  // what is wrong with it, or what is special: half a sentence
    std::string shape;  // of the genuine machine that it is made from
    attest::Verdict verdict = attest::Verdict::trusted;
    std::string check;    // of stack/attest/check_table.inc, that must decide; empty of a genuine one
    std::string file;     // where it shows
    std::string field;    // of that file; empty: all of it
    std::string source;   // what demands it
    std::string dispute;  // how public verifiers differ; empty: they do not
    // What is done to the machine, in order (stack/evidence/edit.h); nothing: its edit is code (edits.h).
    std::optional<evidence::Json> steps;

    bool genuine() const { return verdict == attest::Verdict::trusted; }
};

// One file's text. Errors: Errc::bad_text naming file and bundle.
Result<std::vector<Bundle>> parse_bundles(std::string_view json, std::string_view group);

// Those that are compiled in: the genuine ones first.
std::span<const Bundle> bundles();
// Null when there is none of that id.
const Bundle* find_bundle(std::string_view id);
// The genuine bundle of a shape, without which what is refused of it proves nothing.
const Bundle* control_of(const Bundle& bundle);

// Its files. Errors: as evidence::apply_all and evidence::make, and Errc::internal for a bundle
// without steps and without an edit.
Result<evidence::Files> make(const Bundle& bundle, uint64_t seed = 1);

}  // namespace assay::cases::verifier
