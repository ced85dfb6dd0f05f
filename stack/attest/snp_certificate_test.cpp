#include "stack/attest/snp_certificate.h"

#include <boost/test/unit_test.hpp>

#include <map>

#include "stack/crypto/pki.h"

namespace assay::attest {

namespace {

using Extensions = std::map<std::string, Bytes>;

Bytes ia5(std::string_view text) {
    return concat({Bytes{0x16, static_cast<uint8_t>(text.size())}, as_bytes(text)});
}

Extensions vcek() {
    return {{"1", {2, 1, 0}},    {"2", ia5("Milan-B0")}, {"3.1", {2, 1, 4}},       {"3.2", {2, 1, 0}},
            {"3.3", {2, 1, 24}}, {"3.5", {2, 1, 0}},     {"3.8", {2, 2, 0, 0xdb}}, {"4", Bytes(64, 0x55)}};
}

// Of what AMD would have certified, with the extensions below its arc.
SnpCertificate read(const Extensions& extensions, const FaultConfig& switches = {}) {
    static const auto key = crypto::PrivateKey::generate(crypto::SignAlgo::ecdsa_p384).value();
    crypto::CertificateSpec spec;
    spec.subject = spec.issuer = "SEV-VCEK";
    for (const auto& [below, value] : extensions)
        spec.extensions.push_back({std::string(kOidSnpArc) + "." + below, value});
    const auto made = crypto::make_certificate(spec, key.public_key(), key, crypto::HashAlgo::sha384);
    return read_snp_certificate(made.value(), switches);
}

SnpCertificate with(const std::string& below, Bytes value) {
    Extensions extensions = vcek();
    extensions[below] = std::move(value);
    return read(extensions);
}

SnpCertificate without(const std::string& below) {
    Extensions extensions = vcek();
    extensions.erase(below);
    return read(extensions);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snp_certificate)

BOOST_AUTO_TEST_CASE(a_vcek_says_what_it_is_for) {
    const SnpCertificate read_one = read(vcek());
    BOOST_TEST((read_one.kind == SnpSigner::vcek));
    BOOST_TEST((read_one.tcb == Tcb{.bootloader = 4, .tee = 0, .snp = 24, .microcode = 0xdb}));
    BOOST_TEST(!read_one.has_fmc);
    BOOST_TEST((read_one.struct_version == uint8_t{0}));
    BOOST_TEST((read_one.product == SnpProduct::milan));
    BOOST_TEST(read_one.hardware_id == Bytes(64, 0x55), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_certificate_is_of_a_chip_or_of_a_provider_or_of_neither) {
    BOOST_TEST((without("4").kind == SnpSigner::none));
    BOOST_TEST((with("5", ia5("CN=cloud")).kind == SnpSigner::none));
    Extensions vlek = vcek();
    vlek.erase("4");
    vlek["5"] = ia5("CN=cloud");
    BOOST_TEST((read(vlek).kind == SnpSigner::vlek));
    BOOST_TEST(read(vlek).hardware_id.empty());
}

BOOST_AUTO_TEST_CASE(a_security_version_is_an_integer_from_0_to_255_in_its_shortest_form) {
    BOOST_TEST((with("3.1", {2, 1, 0x7f}).tcb->bootloader == 0x7f));
    BOOST_TEST((with("3.1", {2, 2, 0, 0xff}).tcb->bootloader == 0xff));
    const Bytes wrong[] = {{},           {2, 0},    {2, 1, 0x80}, {2, 2, 0, 0x7f},
                           {2, 2, 1, 0}, {4, 1, 4}, {2, 1, 4, 0}, {4}};
    for (const Bytes& value : wrong) BOOST_TEST(!with("3.1", value).tcb.has_value(), to_hex(value));
    for (const char* needed : {"3.1", "3.2", "3.3", "3.8"})
        BOOST_TEST(!without(needed).tcb.has_value(), needed);
    BOOST_TEST(!with("3.9", {4, 1, 1}).tcb.has_value());
}

BOOST_AUTO_TEST_CASE(a_reserved_security_version_is_0_or_absent) {
    for (const char* reserved : {"3.4", "3.5", "3.6", "3.7"}) {
        BOOST_TEST(with(reserved, {2, 1, 0}).tcb.has_value(), reserved);
        BOOST_TEST(!with(reserved, {2, 1, 1}).tcb.has_value(), reserved);
    }
    BOOST_TEST(without("3.5").tcb.has_value());
}

BOOST_AUTO_TEST_CASE(an_fmc_is_part_of_the_tcb_where_it_is) {
    const SnpCertificate turin = with("3.9", {2, 1, 7});
    BOOST_TEST((turin.has_fmc && turin.tcb->fmc == 7));
}

BOOST_AUTO_TEST_CASE(a_product_is_an_ia5_string) {
    BOOST_TEST((with("2", ia5("Turin")).product == SnpProduct::turin));
    for (const Bytes& value :
         {Bytes{}, Bytes{0x16}, Bytes{0x16, 5, 'M'}, Bytes{0x0c, 5, 'T', 'u', 'r', 'i', 'n'}})
        BOOST_TEST(!with("2", value).product.has_value(), to_hex(value));
    BOOST_TEST(!without("2").product.has_value());
}

BOOST_AUTO_TEST_CASE(a_hardware_id_is_plain_or_in_an_octet_string_whatever_it_begins_with) {
    for (const size_t size : {size_t{64}, size_t{8}}) {
        for (const uint8_t first : Bytes{0x02, 0x04, 0x30}) {
            Bytes id(size, 0x55);
            id[0] = first;
            id[1] = static_cast<uint8_t>(size - 2);
            BOOST_TEST(with("4", id).hardware_id == id, boost::test_tools::per_element());
            const Bytes wrapped = concat({Bytes{0x04, static_cast<uint8_t>(size)}, id});
            BOOST_TEST(with("4", wrapped).hardware_id == id, boost::test_tools::per_element());
        }
    }
    const Bytes too_long = concat({Bytes{0x04, 65}, Bytes(64, 1)});  // says more than there is
    BOOST_TEST(with("4", too_long).hardware_id == too_long, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
