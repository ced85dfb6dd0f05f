#include "stack/evidence/edit.h"

#include <boost/test/unit_test.hpp>

#include "stack/evidence/shapes.h"

namespace assay::evidence {

namespace {

Machine edited(std::string_view shape, const char* steps) {
    Machine machine = genuine(shape).value();
    const Result<> done = apply_all(machine, Json::parse(steps), shape);
    BOOST_TEST(done.has_value(), (done ? "" : done.error().detail));
    return machine;
}

// What is said of a step that cannot be done, at once or while the evidence is made.
std::string refusal(std::string_view shape, const char* step) {
    Machine machine = genuine(shape).value();
    if (const Result<> done = apply(machine, Json::parse(step), shape); !done) return done.error().detail;
    const auto files = make(machine);
    return files ? "" : files.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(edit_suite)

BOOST_AUTO_TEST_CASE(a_member_is_set_and_a_number_added_to) {
    const Machine machine = edited("snp", R"([
        {"op": "set", "path": "snp.vmpl", "value": 3},
        {"op": "add", "path": "snp.reported.microcode", "value": -1},
        {"op": "add", "path": "snp.policy", "value": 524288},
        {"op": "set", "path": "snp.measurement", "value": {"$repeat": [7, 48]}},
        {"op": "set", "path": "policy.snp.guest_svn", "value": 2}])");
    BOOST_TEST(machine.snp->vmpl == 3U);
    BOOST_TEST(machine.snp->reported.microcode == 208);
    BOOST_TEST(machine.snp->policy == 0xb0000U);
    BOOST_TEST((machine.snp->measurement == Bytes(48, 7)));
    BOOST_TEST(machine.policy["snp"]["guest_svn"] == 2);
}

BOOST_AUTO_TEST_CASE(elements_are_found_by_index_and_by_what_their_members_are) {
    const Machine machine = edited("tpm", R"([
        {"op": "erase", "path": "tpm.log.events[index=4,type=4]"},
        {"op": "insert", "path": "tpm.log.events[+]", "value": {"$copy": "tpm.log.events[0]"}},
        {"op": "set", "path": "tpm.log.events[-1].digest_of", "value": "01"},
        {"op": "swap", "path": "tpm.log.events[0].type", "with": "tpm.log.events[1].type"}])");
    const Machine before = genuine("tpm").value();
    const std::vector<EventForm>& events = machine.tpm->log.events;
    BOOST_TEST(events.size() == before.tpm->log.events.size());
    BOOST_TEST((events.back().digest_of == Bytes{1}));
    BOOST_TEST((events.back().data == events.front().data));
    BOOST_TEST(events.front().type == before.tpm->log.events[1].type);
}

BOOST_AUTO_TEST_CASE(a_copied_chain_issues_the_same_certificates) {
    const Machine machine = edited("hopper", R"([
        {"op": "set", "path": "roots.tpm", "value": {"$copy": "gpus[0].chain"}},
        {"op": "insert", "path": "gpus[+]", "value": {"$genuine": ["next", "gpus[0]"]}}])");
    const Machine next = genuine("hopper", 2).value();
    BOOST_TEST((to_der(machine.roots.at("tpm")) == to_der(machine.gpus[0].chain)));
    BOOST_TEST((to_der(machine.gpus[1].chain) == to_der(next.gpus[0].chain)));
}

BOOST_AUTO_TEST_CASE(files_lists_responses_and_hooks_are_edited_while_the_evidence_is_made) {
    const auto plain = make(genuine("hopper").value()).value();
    const auto files = make(edited("hopper", R"([
        {"op": "cut", "file": "gpu-0/report.bin", "size": -1},
        {"op": "append", "file": "gpu-0/report.bin", "value": "0102"},
        {"op": "flip", "path": "gpus[0].report.unsigned", "at": 0},
        {"op": "erase", "path": "responses[0]"},
        {"op": "set", "path": "evidence.gpus[0].model", "value": "GX999"},
        {"op": "erase", "file": "rims/0.xml"}])"));
    BOOST_REQUIRE(files.has_value());
    const Bytes& report = files->at("gpu-0/report.bin");
    BOOST_TEST(report.size() == plain.at("gpu-0/report.bin").size() + 1);
    BOOST_TEST(report.back() == 2);
    BOOST_TEST(report.front() == (plain.at("gpu-0/report.bin").front() ^ 1));
    BOOST_TEST(!files->contains("rims/0.xml"));
    BOOST_TEST((files->at("ocsp/0.der") == plain.at("ocsp/1.der")));
    const Bytes& list = files->at("evidence.json");
    BOOST_TEST(std::string(list.begin(), list.end()).contains("GX999"));
}

BOOST_AUTO_TEST_CASE(a_field_of_a_described_structure_is_edited_by_its_name) {
    const auto files = make(edited("snp", R"([
        {"op": "put", "path": "snp.unsigned", "field": "GUEST_SVN", "value": "07"},
        {"op": "put", "file": "snp/report.bin", "field": "VMPL", "at": -1, "value": "09"},
        {"op": "end", "file": "snp/report.bin", "field": "SIGNATURE", "at": 1}])"));
    BOOST_REQUIRE(files.has_value());
    const Bytes& report = files->at("snp/report.bin");
    BOOST_TEST(report[snp_field("GUEST_SVN").offset] == 7);
    BOOST_TEST(report[snp_field("VMPL").end() - 1] == 9);
    BOOST_TEST(report.size() == snp_field("SIGNATURE").offset + 1);
}

BOOST_AUTO_TEST_CASE(the_report_of_a_device_is_edited_by_the_names_of_its_messages_fields) {
    const auto plain = make(genuine("hopper").value()).value().at("gpu-0/report.bin");
    const auto files = make(edited("hopper", R"([
        {"op": "flip", "file": "gpu-0/report.bin", "field": "request[0].Nonce", "at": 0},
        {"op": "flip", "file": "gpu-0/report.bin", "field": "MeasurementBlock[1].Index"},
        {"op": "end", "file": "gpu-0/report.bin", "field": "response[0].Signature"}])"));
    BOOST_REQUIRE(files.has_value());
    const Bytes& report = files->at("gpu-0/report.bin");
    BOOST_TEST(report.size() == plain.size() - 96);
    BOOST_TEST(report[4] == (plain[4] ^ 1));
    BOOST_TEST(report[37 + 8 + 55] == 3);
}

BOOST_AUTO_TEST_CASE(what_a_machine_makes_of_itself_is_a_value) {
    const Machine machine = edited("tpm", R"([
        {"op": "set", "path": "tpm.quote.values", "value": {"$made": "registers"}},
        {"op": "boot", "path": "tpm", "value": {"loader": "bootkit"}},
        {"op": "set", "path": "policy.tpm", "value": {"$made": "boot_policy"}}])");
    BOOST_TEST(machine.policy["tpm"]["boot_loaders"][0] == to_hex(boot_digest("bootkit")));
}

BOOST_AUTO_TEST_CASE(a_step_is_done_for_each_element_and_as_often_as_it_says) {
    const Machine machine = edited("hopper", R"([
        {"op": "insert", "path": "gpus[0].chain[+]", "value": {"$copy": "gpus[0].chain[0]"}, "times": 3},
        {"op": "set", "path": "gpus[0].chain[*].not_after", "value": {"$copy": "gpus[0].chain[*].not_before"}}])");
    const Chain& chain = machine.gpus[0].chain;
    BOOST_TEST(chain.size() == 8U);
    BOOST_TEST((chain[7].key == chain[0].key));
    for (const CertificateForm& one : chain) BOOST_TEST((one.not_after == one.not_before));
    const auto files = make(edited("hopper", R"([
        {"op": "set", "path": "responses[*].standing", "value": "revoked"},
        {"op": "set", "path": "responses[*].delegate", "value": {"$delegate": {"$copy": "responses[*].issuer"}}}])"));
    BOOST_TEST(files.has_value());
}

BOOST_AUTO_TEST_CASE(a_value_may_be_what_a_maker_of_this_module_makes) {
    const Machine machine = edited("hopper", R"([
        {"op": "set", "path": "rims[0]", "value": {"$manifest": ["driver", {"model": "GH100", "driver": "1.2", "vbios": "1.00.00.00.00"}]}},
        {"op": "insert", "path": "gpus[0].chain[0].more[0]", "value": {"$name_constraint": ["excluded", [["O", "X"]]]}},
        {"op": "insert", "path": "gpus[0].chain[0].more[0]", "value": {"oid": "2.23.133.5.4.1.1", "critical": false,
            "value": {"$tcb_info": {"model": "M", "fwids": [{"$repeat": [1, 48]}]}}}},
        {"op": "set", "path": "nonce", "value": {"$reversed": {"$switch_pdi": 1}}},
        {"op": "insert", "path": "gpus[+]", "value": {"$device":
            {"model": "GB100", "driver": "1.2", "vbios": "1.00.00.00.00", "label": "another", "nonce": "00"}}}])");
    BOOST_TEST(machine.rims[0].meta.get("colloquialVersion") == "1.2");
    const std::vector<Extension>& more = machine.gpus[0].chain[0].more;
    BOOST_TEST((more[1].value == name_constraint(false, {{"O", "X"}}).value));
    TcbInfoForm info;
    info.model = "M";
    info.fwids = {Bytes(48, 1)};
    BOOST_TEST((more[0].value == tcb_info(info)));
    BOOST_TEST((machine.nonce == Bytes{0x00, 0x08, 0xd0, 0xea, 0xd9, 0x1a, 0xb3, 0x3f}));
    BOOST_TEST(machine.gpus[1].model == "GB100");
    BOOST_TEST((machine.gpus[1].chain[0].key == KeyName{"another"}));
}

BOOST_AUTO_TEST_CASE(a_step_that_cannot_be_done_is_refused_with_what_is_wrong) {
    const auto said = [](const char* step, const char* what) {
        const std::string detail = refusal("snp", step);
        BOOST_TEST(detail.contains(what), step << ": " << detail);
    };
    said(R"("set")", "an object with an op");
    said(R"({"op": "turn", "path": "snp"})", "no operation 'turn'");
    said(R"({"op": "set", "path": "snp.nothing", "value": 1})", "nothing leads nowhere");
    said(R"({"op": "set", "path": "tpm.quote.magic", "value": 1})", "quote leads nowhere");
    said(R"({"op": "set", "path": "snp.chain[3].hash", "value": "SHA-384"})", "leads nowhere");
    said(R"({"op": "erase", "path": "snp.chain[4]"})", "of a list of 3");
    said(R"({"op": "erase", "path": "snp.chain[0].more[oid=1.2]"})", "there is no [oid=1.2]");
    said(R"({"op": "set", "path": "snp.vmpl", "value": -1})", "beyond what the member can hold");
    said(R"({"op": "set", "path": "snp.vmpl", "value": "1"})", "not a whole number");
    said(R"({"op": "set", "path": "snp.chain[0].hash", "value": "MD5"})", "no such name");
    said(R"({"op": "set", "path": "time", "value": "2026-02-30T00:00:00Z"})", "is no time");
    said(R"({"op": "set", "path": "snp.chip_id", "value": {"$rot13": "x"}})", "'$rot13' is not known");
    said(R"({"op": "set", "path": "snp.chip_id", "value": {"$repeat": 7}})", "$repeat");
    said(R"({"op": "flip", "path": "snp.vmpl"})", "there are no bytes");
    said(R"({"op": "insert", "path": "snp.chain[+]", "value": {}, "times": 1001})", "at most 1000 times");
    said(R"({"op": "set", "path": "tpm[*].chain", "value": []})", "tpm has no elements");
    said(R"({"op": "set", "path": "rims", "value": [{"$manifest": ["switch", {"model": "GH100"}]}]})",
         "a driver or");
    said(R"({"op": "set", "path": "rims", "value": [{"$manifest": ["driver", {"model": "GX1"}]}]})",
         "no model GX1");
    said(R"({"op": "put", "path": "snp.chip_id", "at": 63, "value": "0102"})", "beyond the bytes");
    said(R"({"op": "cut", "file": "snp/none.bin", "size": 0})", "there is no file");
    said(R"({"op": "flip", "file": "snp/report.bin", "at": 1184})", "no byte to flip");
    said(R"({"op": "flip", "file": "snp/report.bin", "field": "HOST"})", "has no field HOST");
    said(R"({"op": "flip", "file": "snp/report.bin", "field": "VMPL", "at": 4})", "no byte to flip");
    said(R"({"op": "end", "file": "snp/report.bin", "field": "VMPL", "at": 5})", "at = 5 of 4 bytes");
    said(R"({"op": "end", "file": "snp/report.bin", "at": 5})", "field");
    said(R"({"op": "cut", "file": "evidence.json", "field": "VMPL", "size": 0})",
         "no structure is described");
    said(R"({"op": "set", "path": "evidence.gpus[0].model", "value": "x"})", "leads nowhere");
    BOOST_TEST(refusal("snp", R"({"op": "set", "path": "snp.vmpl", "value": 1})").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::evidence
