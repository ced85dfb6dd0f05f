#include "stack/attest/quote.h"

#include <boost/test/unit_test.hpp>

#include "stack/attest/quote_test_support.h"

namespace assay::attest {

namespace {

namespace tpm_alg = evidence::tpm_alg;
using evidence::marshal;

QuoteSignature ecdsa_of(Bytes r, Bytes s) {
    return {.algorithm = tpm_alg::ecdsa, .hash = tpm_alg::sha256, .r = std::move(r), .s = std::move(s)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quote_suite)

BOOST_AUTO_TEST_CASE(a_quote_reads_back_as_it_was_written) {
    const auto read = parse_quote(marshal(example_quote()));
    BOOST_REQUIRE(read);
    BOOST_TEST((marshal(*read) == marshal(example_quote())));
    BOOST_TEST((registers_of(*read) ==
                std::set<Register>{{Bank::sha256, 0}, {Bank::sha256, 7}, {Bank::sha256, 23}}));
}

BOOST_AUTO_TEST_CASE(a_quote_is_read_whatever_its_magic_and_type_say) {
    Quote quote = example_quote();
    quote.magic = 1;
    quote.type = 0x8017;
    const auto read = parse_quote(marshal(quote));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->magic == 1U);
    BOOST_TEST(read->type == 0x8017);
}

BOOST_AUTO_TEST_CASE(every_truncation_and_a_trailing_byte_are_refused) {
    Bytes bytes = marshal(example_quote());
    for (size_t size = 0; size < bytes.size(); ++size)
        BOOST_TEST(!parse_quote(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))));
    bytes.push_back(0);
    BOOST_TEST(!parse_quote(bytes));
    Bytes signature = marshal(ecdsa_of(Bytes(32, 1), Bytes(32, 2)));
    for (size_t size = 0; size < signature.size(); ++size) {
        BOOST_TEST(!parse_quote_signature(
            Bytes(signature.begin(), signature.begin() + static_cast<std::ptrdiff_t>(size))));
    }
    BOOST_TEST(parse_quote_signature(signature).has_value());
    signature.push_back(0);
    BOOST_TEST(!parse_quote_signature(signature));
}

BOOST_AUTO_TEST_CASE(sizes_beyond_what_a_tpm_has_are_refused) {
    Quote quote = example_quote();
    quote.extra_data = Bytes(1000);
    BOOST_TEST(!parse_quote(marshal(quote)));
    quote = example_quote();
    quote.digest = Bytes(65);
    BOOST_TEST(!parse_quote(marshal(quote)));
    quote = example_quote();
    quote.selections.resize(17);
    BOOST_TEST(!parse_quote(marshal(quote)));
    BOOST_TEST(!parse_quote_signature(marshal(ecdsa_of(Bytes(200), Bytes(32)))));
}

BOOST_AUTO_TEST_CASE(signatures_of_other_schemes_are_read_as_far_as_their_name) {
    const auto hmac = parse_quote_signature(from_hex("0005000b00112233").value());
    BOOST_REQUIRE(hmac);
    BOOST_TEST(hmac->algorithm == 0x0005);
    BOOST_TEST(!allowed(*hmac));
    QuoteSignature other;
    other.algorithm = tpm_alg::ecdsa;
    other.hash = 0x0004;
    BOOST_TEST(!allowed(other));
    other.hash = 0x000c;
    BOOST_TEST(allowed(other));
}

BOOST_AUTO_TEST_CASE(integers_of_a_signature_may_lack_leading_zeros_or_have_more) {
    const auto key = crypto::PrivateKey::derive(crypto::SignAlgo::ecdsa_p256, as_bytes("quote")).value();
    const Bytes message = {1, 2, 3};
    const Bytes raw =
        crypto::openssl_provider()
            .sign(crypto::SignAlgo::ecdsa_p256, crypto::HashAlgo::sha256, key, {.bytes = message})
            .value();
    const ByteView view(raw);
    QuoteSignature signature;
    signature.algorithm = tpm_alg::ecdsa;
    signature.hash = 0x000b;
    signature.r = concat({Bytes(3), view.first(32)});
    signature.s = to_bytes(view.last(32));
    BOOST_TEST(verify_quote(message, signature, key.public_key()).has_value());
    signature.r = concat({Bytes{1}, view.first(32)});
    BOOST_TEST(!verify_quote(message, signature, key.public_key()));
    signature.r.clear();
    BOOST_TEST(!verify_quote(message, signature, key.public_key()));
    signature.algorithm = tpm_alg::rsassa;
    BOOST_TEST((verify_quote(message, signature, key.public_key()).error().code == Errc::bad_key));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
