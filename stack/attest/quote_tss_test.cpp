// Quotes and signatures as the TCG's own library reads them: it and the description agree on what is
// well-formed and on what it says.
#include <boost/test/unit_test.hpp>

#include <tss2/tss2_mu.h>

#include <cstdlib>
#include <iterator>

#include "stack/attest/quote.h"
#include "stack/attest/quote_test_support.h"
#include "stack/wire/variants.h"

namespace assay::attest {

namespace {

namespace tpm_alg = evidence::tpm_alg;
using evidence::marshal;

static_assert(evidence::kTpmGenerated == TPM2_GENERATED_VALUE &&
              evidence::kTpmQuote == TPM2_ST_ATTEST_QUOTE && tpm_alg::rsassa == TPM2_ALG_RSASSA &&
              tpm_alg::rsapss == TPM2_ALG_RSAPSS && tpm_alg::ecdsa == TPM2_ALG_ECDSA &&
              tpm_alg::sha1 == TPM2_ALG_SHA1 && tpm_alg::sha256 == TPM2_ALG_SHA256 &&
              tpm_alg::sha384 == TPM2_ALG_SHA384 && tpm_alg::sha512 == TPM2_ALG_SHA512);

struct Quiet {
    Quiet() { setenv("TSS2_LOG", "all+none", 1); }
};

template <class Sized>
Bytes buffer_of(const Sized& sized) {
    return {std::begin(sized.buffer), std::begin(sized.buffer) + sized.size};
}

template <class T>
std::optional<T> unmarshal(TSS2_RC (*function)(const uint8_t*, size_t, size_t*, T*), ByteView bytes) {
    T value{};
    size_t offset = 0;
    const TSS2_RC code = function(bytes.data(), bytes.size(), &offset, &value);
    if (code != TSS2_RC_SUCCESS || offset != bytes.size()) return std::nullopt;
    return value;
}

Quote example() {
    Quote quote = example_quote();
    quote.selections = {{tpm_alg::sha256, {0, 7, 23}}, {0x0027, {}, 4}, {tpm_alg::sha1, {1}, 1}};
    return quote;
}

void same(const Quote& quote, const TPMS_ATTEST& read) {
    BOOST_TEST((quote.extra_data == buffer_of(read.extraData)));
    BOOST_TEST(quote.qualified_signer.size() == read.qualifiedSigner.size);
    BOOST_TEST(quote.clock == read.clockInfo.clock);
    BOOST_TEST(quote.reset_count == read.clockInfo.resetCount);
    BOOST_TEST(quote.restart_count == read.clockInfo.restartCount);
    BOOST_TEST(quote.safe == read.clockInfo.safe);
    BOOST_TEST(quote.firmware_version == read.firmwareVersion);
    const TPML_PCR_SELECTION& list = read.attested.quote.pcrSelect;
    BOOST_REQUIRE(quote.selections.size() == list.count);
    for (size_t i = 0; i < quote.selections.size(); ++i) {
        const evidence::Selection& one = quote.selections[i];
        BOOST_TEST(one.algorithm == list.pcrSelections[i].hash);
        BOOST_TEST(one.size == list.pcrSelections[i].sizeofSelect);
        std::vector<uint32_t> indexes;
        for (uint32_t index = 0; index < 8U * one.size; ++index)
            if ((list.pcrSelections[i].pcrSelect[index / 8] >> index % 8 & 1) != 0) indexes.push_back(index);
        BOOST_TEST(one.indexes == indexes, boost::test_tools::per_element());
    }
    BOOST_TEST((quote.digest == buffer_of(read.attested.quote.pcrDigest)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quote_tss, *boost::unit_test::fixture<Quiet>())

BOOST_AUTO_TEST_CASE(a_quote_says_the_same_to_both) {
    const Bytes bytes = marshal(example());
    const auto read = unmarshal(Tss2_MU_TPMS_ATTEST_Unmarshal, bytes);
    BOOST_REQUIRE(read.has_value());
    same(parse_quote(bytes).value(), *read);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_quote_is_wrong_to_both) {
    const Bytes good = marshal(example());
    std::vector<Bytes> all;
    for (const wire::Variant& variant : wire::malformed_variants(good, wire::annotate_as<Quote>(good)))
        all.push_back(variant.bytes);
    for (const size_t size : {63U, 64U, 65U, 66U, 67U, 68U, 69U}) {
        Quote quote = example();
        quote.extra_data = Bytes(size);
        all.push_back(marshal(quote));
        quote = example();
        quote.qualified_signer = Bytes(size);
        all.push_back(marshal(quote));
        quote = example();
        quote.digest = Bytes(size);
        all.push_back(marshal(quote));
    }
    for (const size_t size : {15U, 16U, 17U}) {
        Quote quote = example();
        quote.selections.resize(size);
        all.push_back(marshal(quote));
    }
    for (const uint8_t size : Bytes{0, 4, 5}) {
        Quote quote = example();
        quote.selections[1].size = size;
        all.push_back(marshal(quote));
    }
    size_t refused = 0;
    for (const Bytes& bytes : all) {
        const auto ours = parse_quote(bytes);
        if (ours && (ours->magic != evidence::kTpmGenerated || ours->type != evidence::kTpmQuote)) continue;
        const auto read = unmarshal(Tss2_MU_TPMS_ATTEST_Unmarshal, bytes);
        BOOST_TEST(ours.has_value() == read.has_value(), to_hex(bytes));
        if (ours && read) same(*ours, *read);
        refused += !ours;
    }
    BOOST_TEST(refused > 50U);
}

BOOST_AUTO_TEST_CASE(signatures_say_the_same_to_both) {
    const auto sized = [](uint16_t algorithm, size_t size) {
        const Bytes bytes(size, 7);
        const bool ecdsa = algorithm == tpm_alg::ecdsa;
        return marshal(QuoteSignature{.algorithm = algorithm,
                                      .hash = tpm_alg::sha256,
                                      .rsa = ecdsa ? Bytes{} : bytes,
                                      .r = bytes,
                                      .s = Bytes(ecdsa ? 32 : 0, 9)});
    };
    for (const uint16_t algorithm : {tpm_alg::ecdsa, tpm_alg::rsassa, tpm_alg::rsapss}) {
        for (const size_t size : {1U, 32U, 128U, 129U, 256U, 512U, 513U}) {
            const Bytes bytes = sized(algorithm, size);
            const auto ours = parse_quote_signature(bytes);
            const auto read = unmarshal(Tss2_MU_TPMT_SIGNATURE_Unmarshal, bytes);
            BOOST_TEST(ours.has_value() == read.has_value(), algorithm << ", " << size);
            if (!ours || !read) continue;
            BOOST_TEST(ours->hash == read->signature.any.hashAlg);
            if (algorithm == tpm_alg::ecdsa) {
                BOOST_TEST((ours->r == buffer_of(read->signature.ecdsa.signatureR)));
                BOOST_TEST((ours->s == buffer_of(read->signature.ecdsa.signatureS)));
            } else {
                BOOST_TEST((ours->rsa == buffer_of(read->signature.rsassa.sig)));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
