// What is wrong with evidence as a whole: nothing there, lists that cannot be read, files that are not there.
#include "conformance/suites/verifier/edits.h"

namespace assay::cases::verifier {

namespace {

using namespace edits;
using nlohmann::ordered_json;

void only_format(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) {
        evidence = {{"format", "assay-evidence/1"}};
    };
}

void empty_lists(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) {
        evidence["gpus"] = ordered_json::array();
    };
}

void only_manifests(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) { evidence.erase("gpus"); };
}

void no_gpu(Machine& machine) { machine.policy["require"] = {"gpu", "tpm"}; }
void no_tpm(Machine& machine) { machine.policy["require"] = {"gpu", "tpm"}; }

void no_nonce(Machine& machine) {
    machine.edit_lists = [](ordered_json&, ordered_json& context) { context.erase("nonce"); };
}

void list_missing(Machine& machine) {
    machine.edit_files = [](evidence::Files& files) { files.erase("evidence.json"); };
}
void list_empty(Machine& machine) { cut(machine, "evidence.json", 0); }
void list_cut(Machine& machine) { cut(machine, "evidence.json", 100); }
void list_binary(Machine& machine) { replace(machine, "evidence.json", Bytes(64, 0xff)); }

void other_format(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) {
        evidence["format"] = "assay-evidence/9";
    };
}
void unknown_key(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) { evidence["trust_me"] = true; };
}
void wrong_type(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) { evidence["gpus"] = "gpu-0"; };
}
void key_twice(Machine& machine) {
    machine.edit_files = [](evidence::Files& files) {
        Bytes& list = files.at("evidence.json");
        append(list = Bytes(list.begin(), list.end() - 3), as_bytes(",\n  \"gpus\": []\n}\n"));
    };
}

void report_missing(Machine& machine) {
    machine.edit_files = [](evidence::Files& files) { files.erase("gpu-0/report.bin"); };
}
void path_outside(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) {
        evidence["gpus"][0]["report"] = "gpu-0/../../gpu-0/report.bin";
    };
}
void path_absolute(Machine& machine) {
    machine.edit_lists = [](ordered_json& evidence, ordered_json&) {
        evidence["gpus"][0]["report"] = "/etc/hostname";
    };
}

void same_gpu_twice(Machine& machine) { machine.gpus.push_back(machine.gpus.front()); }

}  // namespace

std::span<const Edit> whole_edits() {
    static constexpr Edit kEdits[] = {
        {"evidence/none", only_format},
        {"evidence/empty-lists", empty_lists},
        {"evidence/only-manifests", only_manifests},
        {"evidence/gpu-required", no_gpu},
        {"evidence/tpm-required", no_tpm},
        {"evidence/no-nonce", no_nonce},
        {"evidence/list-missing", list_missing},
        {"evidence/list-empty", list_empty},
        {"evidence/list-cut", list_cut},
        {"evidence/list-binary", list_binary},
        {"evidence/list-format", other_format},
        {"evidence/list-unknown-key", unknown_key},
        {"evidence/list-wrong-type", wrong_type},
        {"evidence/list-key-twice", key_twice},
        {"evidence/file-missing", report_missing},
        {"evidence/path-outside", path_outside},
        {"evidence/path-absolute", path_absolute},
        {"evidence/same-gpu-twice", same_gpu_twice},
    };
    return kEdits;
}

}  // namespace assay::cases::verifier
