#include "stack/wire/annotate.h"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include "stack/wire/encode.h"
#include "stack/wire/json.h"
#include "stack/wire/variants.h"

namespace assay::wire {

namespace {

constexpr Context kV1_2{.version = Version::v1_2, .hash_size = 4, .signature_size = 4};

// MEASUREMENTS with one block, signed.
Bytes measurements() {
    return *from_hex("12600001 01 0a0000 01010600 81 0300 aabbcc" + std::string(64, '5') + "0000" +
                     "11223344");
}
Context signed_context() {
    Context context = kV1_2;
    context.signed_response = true;
    return context;
}

// A structure of another document than DSP0274.
struct Foreign {
    static constexpr Bits kKnown[] = {{0, 1, "Low"}, {4, 3, "High"}};
    bool wide = false;
    uint32_t magic = 0;
    uint8_t flags = 0;
    Bytes reserved = Bytes(2);
    void describe(Visitor& v) {
        const Field magic_field{.name = "magic", .big_endian = true};
        wide ? v.u32(magic_field, magic) : v.u24(magic_field, magic);
        v.u8(wire::flags("flags", kKnown), flags);
        v.sized(reserved_field(), reserved, 2);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(annotate_suite)

BOOST_AUTO_TEST_CASE(every_byte_of_a_message_belongs_to_one_field) {
    Bytes bytes = measurements();
    Annotation annotation = annotate(bytes, signed_context());
    BOOST_TEST(!annotation.error.has_value());
    BOOST_TEST(annotation.used == bytes.size());
    size_t at = 0;
    for (const Span& span : annotation.spans) {
        if (span.depth > 0) continue;
        BOOST_TEST(span.offset == at);
        at = span.end();
    }
    BOOST_TEST(at == bytes.size());
    const Span* record = annotation.find("MeasurementRecord");
    BOOST_REQUIRE(record != nullptr);
    BOOST_TEST(record->offset == 8U);
    BOOST_TEST(record->size == 10U);
}

BOOST_AUTO_TEST_CASE(a_structure_inside_a_field_is_taken_apart_below_it) {
    std::string text = to_text(measurements(), annotate(measurements(), signed_context()), Version::v1_2);
    BOOST_TEST(
        text.find("   12  81                         MeasurementBlock[0].DMTFSpecMeasurementValueType = "
                  "DMTFSpecMeasurementValueType 1, RawBitStream") != std::string::npos,
        text);
}

BOOST_AUTO_TEST_CASE(a_structure_that_contradicts_itself_is_noted_and_the_message_goes_on) {
    Bytes bytes = measurements();
    bytes[10] = 5;  // MeasurementSize
    Annotation annotation = annotate(bytes, signed_context());
    BOOST_TEST(!annotation.error.has_value());
    BOOST_TEST(!annotation.find("MeasurementRecord")->note.empty());
}

BOOST_AUTO_TEST_CASE(a_truncated_message_is_annotated_up_to_where_it_ends) {
    Annotation annotation = annotate(ByteView(measurements()).first(6), signed_context());
    BOOST_REQUIRE(annotation.error.has_value());
    BOOST_TEST(annotation.error->field == "MeasurementRecordLength");
    BOOST_TEST(annotation.spans.back().path == "NumberOfBlocks");
}

BOOST_AUTO_TEST_CASE(no_message_and_unknown_messages_have_an_error_and_no_fields) {
    for (const char* hex : {"", "12", "12420000"}) {
        Annotation annotation = annotate(*from_hex(hex), kV1_2);
        BOOST_TEST(annotation.error.has_value());
        BOOST_TEST(annotation.spans.empty());
    }
}

BOOST_AUTO_TEST_CASE(json_of_a_message_gives_its_bytes_back) {
    Bytes bytes = measurements();
    nlohmann::ordered_json json = to_json(bytes, signed_context());
    BOOST_TEST(json["message"] == "MEASUREMENTS");
    BOOST_TEST(json["fields"]["MeasurementRecord"]["structure"]["MeasurementBlock"][0]["Index"] == 1);
    Result<Bytes> back = from_json("MEASUREMENTS", json["fields"], signed_context());
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(to_hex(*back) == to_hex(bytes));
}

BOOST_AUTO_TEST_CASE(json_with_missing_unknown_or_wrong_fields_is_refused_by_name) {
    nlohmann::ordered_json good = to_json(*from_hex("1282000000000010"), kV1_2)["fields"];
    BOOST_REQUIRE(from_json("GET_CERTIFICATE", good, kV1_2).has_value());
    auto refused = [&](auto change) {
        nlohmann::ordered_json fields = good;
        change(fields);
        Result<Bytes> read = from_json("GET_CERTIFICATE", fields, kV1_2);
        BOOST_REQUIRE(!read.has_value());
        return read.error().text();
    };
    BOOST_TEST(refused([](auto& f) { f.erase("Offset"); }).find("Offset") != std::string::npos);
    BOOST_TEST(refused([](auto& f) { f["Offset"] = "zero"; }).find("Offset") != std::string::npos);
    BOOST_TEST(refused([](auto& f) { f["Offset"] = 65536; }).find("Offset") != std::string::npos);
    BOOST_TEST(refused([](auto& f) { f["Offsett"] = 1; }).find("Offsett") != std::string::npos);
    BOOST_TEST(!from_json("GET_CERTIFICATES", good, kV1_2).has_value());
}

BOOST_AUTO_TEST_CASE(variants_cover_every_boundary_length_version_and_reserved_field) {
    Bytes request = *from_hex("12e1000000000000000000000010000000100000");
    std::vector<Variant> variants = malformed_variants(request, kV1_2);
    auto count = [&](VariantKind kind) {
        return std::ranges::count_if(variants, [&](const Variant& variant) { return variant.kind == kind; });
    };
    BOOST_TEST(count(VariantKind::version) == 4);
    BOOST_TEST(count(VariantKind::trailing) == 4);
    BOOST_TEST(count(VariantKind::reserved) == 5);  // both parameters, two reserved fields, Flags
    for (const Variant& variant : variants) {
        BOOST_TEST(!equal(variant.bytes, request), variant.text);
        if (variant.kind != VariantKind::truncated) continue;
        BOOST_TEST(annotate(variant.bytes, kV1_2).error.has_value(), variant.text);
    }
    BOOST_TEST(count(VariantKind::truncated) >= 12);
}

BOOST_AUTO_TEST_CASE(a_count_and_a_total_are_made_one_less_and_one_more) {
    Bytes request = *from_hex(
        "12e300002000010010000000"
        "02000000"
        "000000000000000000000000"
        "00000000");
    BOOST_REQUIRE(!annotate(request, kV1_2).error.has_value());
    std::vector<std::string> texts;
    for (const Variant& variant : malformed_variants(request, kV1_2)) texts.push_back(variant.text);
    for (const char* wanted :
         {"Length 0x20 -> 0x1f", "Length 0x20 -> 0x21", "Length 0x20 -> 0x0", "Length 0x20 -> 0xffff",
          "ExtAsymCount 0x0 -> 0x1", "ExtHashCount 0x0 -> 0xff"}) {
        BOOST_TEST(std::ranges::count(texts, wanted) == 1, wanted);
    }
}

BOOST_AUTO_TEST_CASE(a_structure_that_is_no_message_is_encoded_and_taken_apart) {
    const Bytes bytes = encode(Foreign{.wide = true, .magic = 0x01020304, .flags = 0x51}, {}).value();
    BOOST_TEST(to_hex(bytes) == "01020304510000");
    BOOST_TEST(decode_exact<Foreign>(*from_hex("010203510000"), {}).value().magic == 0x010203U);
    const Annotation annotation = annotate_as(bytes, Foreign{.wide = true});
    BOOST_TEST((annotation.info == nullptr && !annotation.error && annotation.used == bytes.size()));
    BOOST_TEST(to_text(bytes, annotation, Version::v1_4).contains("flags = Low, High 5"));
    BOOST_TEST(annotate_as<Foreign>(ByteView(bytes).first(5)).error->text().contains("Reserved"));
}

BOOST_AUTO_TEST_CASE(what_is_reserved_is_in_use_when_it_is_not_zero) {
    const auto in_use = [](std::string_view hex) {
        const Bytes bytes = *from_hex(hex);
        std::string paths;
        for (const Span& span : annotate_as<Foreign>(bytes).spans)
            if (reserved_in_use(span, bytes, Version::v1_4)) paths += span.path + " ";
        return paths;
    };
    BOOST_TEST(in_use("ffffff710000") == "");
    BOOST_TEST(in_use("000000020001") == "flags Reserved ");
}

BOOST_AUTO_TEST_CASE(a_structure_that_is_no_message_has_malformed_variants) {
    const Bytes bytes = *from_hex("010203510000");
    std::vector<std::string> texts;
    for (const Variant& variant : malformed_variants(bytes, annotate_as<Foreign>(bytes)))
        if (variant.kind == VariantKind::reserved) texts.push_back(to_hex(variant.bytes));
    BOOST_TEST(texts == (std::vector<std::string>{"010203df0000", "01020351ffff"}),
               boost::test_tools::per_element());
    Bytes changed = bytes;
    set_number(changed, annotate_as<Foreign>(bytes).spans.front(), 0xa1b2);
    BOOST_TEST(to_hex(changed) == "00a1b2510000");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire
