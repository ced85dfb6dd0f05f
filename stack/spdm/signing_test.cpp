#include "stack/spdm/signing.h"

#include <boost/test/unit_test.hpp>

namespace assay::spdm {

BOOST_AUTO_TEST_SUITE(signing)

// Computed by an independent script, and by another implementation's prefix function.
BOOST_AUTO_TEST_CASE(the_prefix_is_the_known_answer) {
    Bytes prefix = signing_prefix(wire::Version::v1_2, kMeasurementsContext);
    BOOST_TEST(
        to_hex(prefix) ==
        "646d74662d7370646d2d76312e322e2a646d74662d7370646d2d76312e322e2a646d74662d7370646d2d76312e322e2a"
        "646d74662d7370646d2d76312e322e2a000000000000726573706f6e6465722d6d6561737572656d656e747320736967"
        "6e696e67");
    const crypto::Provider& real = crypto::openssl_provider();
    crypto::Digest transcript = real.digest(crypto::HashAlgo::sha256, as_bytes("L1L2"));
    BOOST_TEST(to_hex(real.digest(crypto::HashAlgo::sha256, concat({prefix, transcript.view()})).view()) ==
               "4f5e0cede2b667b91cc4725cbb88ffd809e8e854cec34e8c98093001577616d8");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::spdm
