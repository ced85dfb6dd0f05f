#include "stack/attest/binding.h"

#include "stack/attest/platform_test_support.h"

namespace assay::attest {

namespace {

Bytes digest(crypto::HashAlgo hash, ByteView bytes) {
    return to_bytes(crypto::openssl_provider().digest(hash, bytes).view());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(binding)

BOOST_AUTO_TEST_CASE(alone_both_carry_the_nonce) {
    BOOST_TEST((quote_data(test_nonce()) == to_bytes(test_nonce())));
    BOOST_TEST((report_data(test_nonce()) == concat({test_nonce(), Bytes(32)})));
}

BOOST_AUTO_TEST_CASE(bound_they_are_digests_of_the_nonce_and_of_the_certificates_digests) {
    Evidence evidence;
    evidence.gpus = {gpu_with_leaf("one"), gpu_with_leaf("two")};
    evidence.tpm.emplace().certificates = gpu_with_leaf("ak").certificates;
    const auto leaves = gpu_leaves(evidence).value();
    const auto key = attestation_key(evidence).value();
    Bytes all = to_bytes(test_nonce());
    for (const auto& leaf : leaves) append(all, digest(crypto::HashAlgo::sha384, leaf.der()));
    BOOST_TEST((bound_quote_data(test_nonce(), leaves) == digest(crypto::HashAlgo::sha256, all)));
    BOOST_TEST((bound_report_data(test_nonce(), leaves, nullptr) == digest(crypto::HashAlgo::sha512, all)));
    append(all, digest(crypto::HashAlgo::sha384, key.der()));
    BOOST_TEST((bound_report_data(test_nonce(), leaves, &key) == digest(crypto::HashAlgo::sha512, all)));
}

BOOST_AUTO_TEST_CASE(a_leaf_that_cannot_be_read_binds_nothing) {
    Evidence evidence;
    evidence.gpus = {gpu_with_leaf("one")};
    evidence.gpus[0].certificates.bytes.pop_back();
    BOOST_TEST(!gpu_leaves(evidence));
    BOOST_TEST(!attestation_key(evidence));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::attest
