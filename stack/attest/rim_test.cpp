#include "stack/attest/rim.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "stack/attest/measurements.h"
#include "stack/attest/xml_document.h"

namespace assay::attest {

namespace {

// An unsigned manifest of one golden value.
struct Form {
    std::string prolog, root = "SoftwareIdentity", flags;
    std::string meta =
        R"(colloquialVersion="550.90.07" edition="GPU" product="GH100" revision="r1" PayloadType="direct")";
    std::string type = "Measurement", index = "3", active = "True", alternatives = "1";
    std::string hash = std::string(96, '5'), size = "48", more_attributes, more;

    std::string resource() const {
        return fmt::format(
            R"(<Resource type="{}" index="{}" active="{}" alternatives="{}" h:Hash0="{}" name="M" size="{}"{}/>)",
            type, index, active, alternatives, hash, size, more_attributes);
    }
    std::string text() const {
        return fmt::format(
            R"({}<{} xmlns="{}" xmlns:h="{}" tagId="tag"{}><Entity name="N"/><Meta {}/><Payload>{}{}</Payload></{}>)",
            prolog, root, kSwidNamespace, kHashNamespace, flags, meta, resource(), more, root);
    }
};

// What is refused besides the signature that is not there.
std::vector<Check> refused(const std::string& text, std::optional<Rim>* rim = nullptr) {
    Appraisal appraisal;
    auto read = appraise_rim(appraisal, "rim-0", {"a.xml", to_bytes(as_bytes(text))}, {});
    if (rim != nullptr) *rim = std::move(read);
    std::vector<Check> checks;
    for (const CheckRecord* step : appraisal.refusals())
        if (step->check != Check::rim_signature_form) checks.push_back(step->check);
    return checks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rim_suite)

BOOST_AUTO_TEST_CASE(a_good_manifest_is_read) {
    std::optional<Rim> rim;
    BOOST_TEST(refused(Form().text(), &rim).empty());
    BOOST_REQUIRE(rim.has_value());
    BOOST_TEST((rim->kind == RimKind::driver));
    BOOST_TEST(rim->version == "550.90.07");
    BOOST_TEST((rim->values.at(3).alternatives.at(0) == Bytes(48, 0x55)));
    BOOST_TEST(!rim->verified);
}

BOOST_AUTO_TEST_CASE(each_rule_is_broken_alone) {
    struct Row {
        Check check;
        void (*edit)(Form&);
    };
    const Row rows[] = {
        {Check::rim_form, [](Form& form) { form.more = "<Resource>"; }},
        {Check::rim_form, [](Form& form) { form.more_attributes = " size=\"48\""; }},
        {Check::rim_entity, [](Form& form) { form.prolog = "<!DOCTYPE SoftwareIdentity>"; }},
        {Check::rim_schema, [](Form& form) { form.root = "SoftwareIdentities"; }},
        {Check::rim_schema, [](Form& form) { form.meta = "revision=\"r1\""; }},
        {Check::rim_schema, [](Form& form) { form.flags = " patch=\"true\""; }},
        {Check::rim_schema, [](Form& form) { form.more = "</Payload><Payload>"; }},
        {Check::rim_schema, [](Form& form) { form.more = "<File/>"; }},
        {Check::rim_duplicate, [](Form& form) { form.more = form.resource(); }},
        {Check::rim_empty, [](Form& form) { form.active = "False"; }},
    };
    for (const Row& row : rows) {
        Form form;
        row.edit(form);
        BOOST_TEST((refused(form.text()) == std::vector{row.check}),
                   info(row.check).name << ": " << form.text());
    }
}

BOOST_AUTO_TEST_CASE(a_golden_value_is_written_in_one_way) {
    struct Row {
        std::string Form::* attribute;
        std::string value;
    };
    const Row rows[] = {{&Form::type, "File"},
                        {&Form::index, "x"},
                        {&Form::index, "03"},
                        {&Form::index, "-1"},
                        {&Form::index, "239"},
                        {&Form::index, "99999999999999999999"},
                        {&Form::active, "true"},
                        {&Form::active, ""},
                        {&Form::alternatives, "0"},
                        {&Form::alternatives, "2"},
                        {&Form::alternatives, "65"},
                        {&Form::hash, std::string(94, '5')},
                        {&Form::hash, std::string(96, 'g')},
                        {&Form::size, "32"},
                        {&Form::more_attributes, " note=\"\""},
                        {&Form::more_attributes, " Hash0=\"\""}};
    for (const Row& row : rows) {
        // Another good one, so that the manifest is not empty.
        Form form, good;
        good.index = "9";
        form.more = good.resource();
        form.*row.attribute = row.value;
        BOOST_TEST((refused(form.text()) == std::vector{Check::rim_resource}), row.value);
    }
}

BOOST_AUTO_TEST_CASE(hostile_xml_is_refused_before_it_costs_anything) {
    const std::string head = fmt::format("<SoftwareIdentity xmlns=\"{}\"", kSwidNamespace);
    std::string bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\">";
    for (char c = 'b'; c < 'k'; ++c)
        bomb += fmt::format("<!ENTITY {} \"&{};&{};&{};&{};&{};&{};&{};&{};\">", c, c - 1, c - 1, c - 1,
                            c - 1, c - 1, c - 1, c - 1, c - 1);
    BOOST_TEST((refused(bomb + "]><a>&j;</a>") == std::vector{Check::rim_entity}));
    std::string attributes = head;
    for (int i = 0; i < 20000; ++i) attributes += fmt::format(" a{}=''", i);
    BOOST_TEST((refused(attributes + "/>") == std::vector{Check::rim_form}));
    std::string deep;
    for (int i = 0; i < 60000; ++i) deep += "<a>";
    BOOST_TEST((refused(deep) == std::vector{Check::rim_form}));
    BOOST_TEST((refused(std::string(size_t{10} << 20, '<')) == std::vector{Check::rim_form}));
    BOOST_TEST((refused(std::string("\xff\xfe<\0a\0/\0>\0", 10)) == std::vector{Check::rim_form}));
    BOOST_TEST((refused("") == std::vector{Check::rim_form}));
    BOOST_TEST((refused("<?xml version='1.0'?><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>") ==
                std::vector{Check::rim_entity}));
}

BOOST_AUTO_TEST_CASE(measurements_are_held_against_the_manifests_that_fit) {
    GpuFacts gpu;
    gpu.subject = "gpu-0";
    gpu.model = "GH100";
    gpu.opaque.set(opaque::driver_version, {.value = to_bytes(as_bytes("550.90.07"))});
    gpu.opaque.set(opaque::vbios_version, {.value = from_hex("009f009601000000").value()});
    gpu.opaque.set(opaque::nvdec0_status, {.value = {opaque::kOn}});
    gpu.report.emplace();
    gpu.report->measurements = {{1, {Bytes(48, 1)}}, {36, {Bytes(48, 2)}}};
    Rim driver, vbios;
    driver.product = vbios.product = "GH100";
    driver.version = "550.90.07";
    driver.values[kNvdec0Golden] = {true, {Bytes(48, 9), Bytes(48, 2)}, "nvdec"};
    vbios.kind = RimKind::vbios;
    vbios.version = "96.00.9f.00.01";
    vbios.values[0] = {true, {Bytes(48, 1)}, "boot"};
    vbios.values[5] = {false, {Bytes(48, 1)}, "inactive"};

    struct Row {
        std::vector<Check> refused;
        std::function<void(GpuFacts&, Rim&, Rim&)> edit;
    };
    const Row rows[] = {
        {{}, [](GpuFacts&, Rim&, Rim&) {}},
        {{Check::rim_version}, [](GpuFacts&, Rim& one, Rim&) { one.version = "550.90.06"; }},
        {{Check::rim_kind}, [](GpuFacts&, Rim& one, Rim&) { one.product = "GB100"; }},
        {{Check::rim_present},
         [](GpuFacts&, Rim& one, Rim&) { one.product = "GB100", one.version = "570.0"; }},
        {{Check::rim_conflict}, [](GpuFacts&, Rim& one, Rim& other) { one.values[0] = other.values[0]; }},
        {{Check::measurement_present},
         [](GpuFacts& facts, Rim&, Rim&) { facts.report->measurements.erase(1); }},
        {{Check::measurement_match},
         [](GpuFacts&, Rim&, Rim& other) { other.values[0].alternatives[0][0] ^= 1; }},
        {{Check::measurement_match},
         [](GpuFacts&, Rim& one, Rim&) { one.values[35].alternatives.pop_back(); }},
        {{},
         [](GpuFacts& facts, Rim& one, Rim&) {
             one.values[35].alternatives.pop_back();
             facts.opaque.set(opaque::nvdec0_status, {.value = {opaque::kOff}});
         }},
    };
    for (const Row& row : rows) {
        GpuFacts facts = gpu;
        Rim one = driver, other = vbios;
        row.edit(facts, one, other);
        Appraisal appraisal;
        appraise_measurements(appraisal, facts, {one, other});
        std::vector<Check> checks;
        for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
        BOOST_TEST((checks == row.refused), "row " << (&row - rows) << ": " << appraisal.text());
    }
    BOOST_TEST(rim_ids(gpu).front() == "NV_GPU_DRIVER_GH100_550.90.07");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
