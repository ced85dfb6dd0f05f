#include "conformance/suites/verifier/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "conformance/suites/verifier/bundle_files.h"
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using Json = evidence::Json;
using attest::Verdict;

Result<Verdict> verdict_of(const std::string& name) {
    for (const Verdict verdict : {Verdict::trusted, Verdict::refused, Verdict::malformed})
        if (attest::name(verdict) == name) return verdict;
    return fail(Errc::bad_text, "bundles", Error::npos, name + " is no verdict");
}

Result<Bundle> bundle_of(const Json& json, std::string_view group) {
    Bundle bundle;
    bundle.group = group;
    bundle.id = json.at("id");
    bundle.title = json.at("title");
    bundle.shape = json.at("shape");
    bundle.verdict = TRY(verdict_of(json.at("verdict")));
    bundle.source = json.at("source");
    bundle.check = json.value("check", "");
    bundle.file = json.value("file", "");
    bundle.field = json.value("field", "");
    bundle.dispute = json.value("dispute", "");
    if (json.contains("steps")) bundle.steps = json.at("steps");
    if (bundle.genuine() != bundle.check.empty())
        return fail(Errc::bad_text, "bundles", Error::npos,
                    bundle.id + ": verdict and check contradict each other");
    return bundle;
}

std::vector<Bundle> read_all() {
    std::vector<Bundle> genuine;
    std::vector<Bundle> wrong;
    // The files are part of the program, and a test demands that each can be read.
    for (const EmbeddedFile& file : evidence_bundle_files()) {
        const std::string group = std::filesystem::path(file.path).stem().string();
        std::vector<Bundle> read = parse_bundles(file.text, group).value_or(std::vector<Bundle>{});
        for (Bundle& bundle : read) {
            std::vector<Bundle>& half = bundle.genuine() ? genuine : wrong;
            half.push_back(std::move(bundle));
        }
    }
    std::ranges::move(wrong, std::back_inserter(genuine));
    return genuine;
}

}  // namespace

Result<std::vector<Bundle>> parse_bundles(std::string_view json, std::string_view group) {
    try {
        std::vector<Bundle> all;
        const Json parsed = Json::parse(json);
        for (const Json& one : parsed.at("bundles")) all.push_back(TRY(bundle_of(one, group)));
        return all;
    } catch (const Json::exception& error) {
        return fail(Errc::bad_text, "bundles", Error::npos, fmt::format("{}: {}", group, error.what()));
    }
}

std::span<const Bundle> bundles() {
    static const std::vector<Bundle> all = read_all();
    return all;
}

const Bundle* find_bundle(std::string_view id) {
    const auto found = std::ranges::find(bundles(), id, &Bundle::id);
    return found == bundles().end() ? nullptr : &*found;
}

const Bundle* control_of(const Bundle& bundle) { return find_bundle("genuine/" + bundle.shape); }

Result<evidence::Files> make(const Bundle& bundle, uint64_t seed) {
    evidence::Machine machine = TRY(evidence::genuine(bundle.shape, seed));
    if (bundle.steps) {
        TRY(evidence::apply_all(machine, *bundle.steps, bundle.shape));
        return make(machine);
    }
    const Edit* change = edit(bundle.id);
    if (change == nullptr) return fail(Errc::internal, "bundle", Error::npos, bundle.id + " has no edit");
    change->apply(machine);
    return make(machine);
}

}  // namespace assay::cases::verifier
