#include "stack/attest/opaque.h"

#include <boost/test/unit_test.hpp>

#include "stack/base/writer.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::attest {

namespace {

using Raw = std::vector<std::pair<uint16_t, Bytes>>;

Raw genuine() {
    return {{opaque::vbios_version, from_hex("009f009601000000").value()},
            {opaque::driver_version, to_bytes(as_bytes(std::string_view("550.90.07\0", 10)))},
            {opaque::counts, Bytes(256)},
            {opaque::nvdec0_status, {opaque::kOn}},
            {opaque::feature_flag, {0, 0}}};
}

Bytes encoded(const Raw& fields) {
    Writer out;
    for (const auto& [type, value] : fields)
        out.u16(type).u16(static_cast<uint16_t>(value.size())).bytes(value);
    return std::move(out).take();
}

std::vector<Check> refused(ByteView bytes, DeviceKind kind = DeviceKind::gpu) {
    Appraisal appraisal;
    appraise_opaque(appraisal, "gpu-0", kind, {bytes, 100});
    std::vector<Check> checks;
    for (const CheckRecord* step : appraisal.refusals()) checks.push_back(step->check);
    return checks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(opaque_suite)

BOOST_AUTO_TEST_CASE(genuine_fields_are_read) {
    Appraisal appraisal;
    const Bytes bytes = encoded(genuine());
    const OpaqueFields fields = appraise_opaque(appraisal, "gpu-0", DeviceKind::gpu, {bytes, 100});
    BOOST_TEST(appraisal.refusals().empty(), appraisal.text());
    BOOST_TEST(vbios_version(DeviceKind::gpu, fields) == "96.00.9F.00.01");
    BOOST_TEST(fields.text(opaque::driver_version) == "550.90.07");
    BOOST_TEST(fields.find(opaque::vbios_version)->offset == 104U);
}

BOOST_AUTO_TEST_CASE(from_1_2_on_the_fields_are_in_one_element_of_nvidias) {
    const Bytes bytes = encoded(genuine());
    const auto wrapped = [&](uint8_t registry, Bytes vendor, size_t elements) {
        const wire::OpaqueElement element{
            .id = registry, .vendor_id = std::move(vendor), .data = bytes, .align_padding = {}};
        const wire::OpaqueData data{.elements = std::vector(elements, element)};
        return wire::encode_raw(data, wire::Context{.version = wire::Version::v1_2});
    };
    const auto found = [](wire::Version version, ByteView data) {
        Appraisal appraisal;
        const auto place = find_opaque_fields(appraisal, "gpu-0", version, {data, 100});
        BOOST_TEST(place.has_value() == appraisal.refusals().empty());
        return place;
    };
    BOOST_TEST(equal(found(wire::Version::v1_1, bytes)->fields, bytes));
    const Bytes good = wrapped(3, {0xde, 0x10}, 1);
    const auto place = found(wire::Version::v1_2, good);
    BOOST_REQUIRE(place.has_value());
    BOOST_TEST(equal(place->fields, bytes));
    BOOST_TEST(place->offset == 110U);
    BOOST_TEST(!found(wire::Version::v1_2, bytes).has_value());
    BOOST_TEST(!found(wire::Version::v1_2, wrapped(3, {0xde, 0x10}, 2)).has_value());
    BOOST_TEST(!found(wire::Version::v1_2, wrapped(3, {0xde, 0x11}, 1)).has_value());
    BOOST_TEST(!found(wire::Version::v1_2, wrapped(4, {0xde, 0x10}, 1)).has_value());
}

BOOST_AUTO_TEST_CASE(each_rule_is_broken_alone) {
    struct Row {
        Check check;
        void (*edit)(Raw&);
    };
    const Row rows[] = {
        {Check::opaque_duplicate, [](Raw& fields) { fields.push_back(fields.front()); }},
        {Check::opaque_unknown, [](Raw& fields) { fields.push_back({255, {1}}); }},
        {Check::opaque_unknown, [](Raw& fields) { fields.push_back({26, Bytes(128)}); }},
        {Check::opaque_length, [](Raw& fields) { fields[0].second.push_back(0); }},
        {Check::opaque_length, [](Raw& fields) { fields[3].second.clear(); }},
        {Check::opaque_required, [](Raw& fields) { fields.erase(fields.begin() + 1); }},
        {Check::opaque_value, [](Raw& fields) { fields[3].second = {0x01}; }},
        {Check::opaque_value, [](Raw& fields) { fields[4].second = {3, 0}; }},
        {Check::opaque_value, [](Raw& fields) { fields[1].second[2] = '\n'; }},
        {Check::opaque_value, [](Raw& fields) { fields[1].second[3] = 0; }},
    };
    for (const Row& row : rows) {
        Raw fields = genuine();
        row.edit(fields);
        BOOST_TEST((refused(encoded(fields)) == std::vector{row.check}),
                   info(row.check).name << " of row " << (&row - rows));
    }
}

BOOST_AUTO_TEST_CASE(a_tail_that_is_no_field_is_malformed_wherever_it_ends) {
    const Bytes bytes = encoded({{opaque::nvdec0_status, {opaque::kOn}}});
    for (size_t size = 1; size < bytes.size(); ++size)
        BOOST_TEST((refused(ByteView(bytes).first(size)) == std::vector{Check::opaque_form}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
