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

BOOST_AUTO_TEST_CASE(what_is_expected_of_a_part_goes_before_the_nonce) {
    Context context;
    context.expected = {{"gpu-1", Bytes(32, 1)}, {"tpm", Bytes(20, 2)}, {"snp", Bytes(64, 3)}};
    BOOST_TEST(!expected_nonce(context, "gpu-0"));
    context.nonce = test_nonce();
    BOOST_TEST((expected_nonce(context, "gpu-0") == test_nonce()));
    BOOST_TEST(expected_nonce(context, "gpu-1")->front() == 1);
    context.expected["gpu"] = Bytes(32, 4);
    BOOST_TEST(expected_nonce(context, "gpu-0")->front() == 4);
    BOOST_TEST(expected_nonce(context, "gpu-1")->front() == 1);
    BOOST_TEST((expected_quote_data(context) == Bytes(20, 2)));
    BOOST_TEST((expected_report_data(context) == Bytes(64, 3)));
    context.expected = {{"gpu", Bytes(31, 4)}};
    BOOST_TEST(!expected_nonce(context, "gpu-0"), "a nonce of another size is none");
    BOOST_TEST((expected_report_data(context) == report_data(test_nonce())));
}

BOOST_AUTO_TEST_CASE(each_part_that_is_shown_needs_something_to_be_held_against) {
    Evidence evidence;
    evidence.gpus.resize(2);
    evidence.tpm.emplace();
    evidence.snp.emplace();
    Context context;
    context.expected = {{"gpu-0", Bytes(32, 1)}, {"tpm", Bytes(20, 2)}, {"snp", Bytes(64, 3)}};
    BOOST_TEST(!all_expected(context, evidence));
    context.expected["gpu-1"] = Bytes(32, 1);
    BOOST_TEST(all_expected(context, evidence));
    context.expected.erase("snp");
    BOOST_TEST(!all_expected(context, evidence));
    evidence.snp->runtime_data.path = "runtime_data.json";
    BOOST_TEST(all_expected(context, evidence), "that is held against the runtime data");
    BOOST_TEST(!all_expected({}, {}));
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
