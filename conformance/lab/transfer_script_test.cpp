#include "conformance/lab/transfer_script.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <numeric>

#include "conformance/lab/transfer_reference.h"

namespace assay::lab {

namespace {

Bytes secret() {
    Bytes bytes(48);
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfer_script)

// Of vectors/transfer/blocks.json and work.json, which Python computed.
BOOST_AUTO_TEST_CASE(the_script_seals_and_signs_what_the_vectors_have) {
    const PathScript script(secret());
    Bytes text(100);
    for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<uint8_t>(7 * i);
    transfer::Iv mask{};
    std::iota(mask.begin(), mask.end(), uint8_t{0xa0});
    const PathBlock block = script.seal(script.key("Lce00_h2d_user"), channel_iv(1, 0, mask), {}, text);
    BOOST_TEST(to_hex(block.tag) == "42d4764008f0eb53ee48ec27a65530a2");
    BOOST_TEST(to_hex(ByteView(block.text).first(8)) == "991ccdadcb6d9e07");
    BOOST_TEST((script.open(script.key("Lce00_h2d_user"), channel_iv(1, 0, mask), {}, block) == text));
    BOOST_TEST(!script.open(script.key("Lce00_h2d_user"), channel_iv(2, 0, mask), {}, block).has_value());
    const transfer::Method methods[] = {{256, 1}, {260, 3735928559}};
    const Bytes work = script.work(methods, 1);
    BOOST_TEST(to_hex(ByteView(work).last(32)) ==
               "27731c3d4e1958639e01420113a6cc4783a4023f545c86405cd357004c04c388");
    BOOST_TEST(to_hex(ByteView(script.work(methods, 1, 5)).last(32)) ==
               "12c280ef9e7fede1f7180f0a84af29166a9d43c818ffc36f1a871ed0905e9b3c");
}

BOOST_AUTO_TEST_CASE(a_checksum_that_was_fixed_makes_the_words_vanish) {
    Bytes element(64, 3);
    element[5] = 9;
    fix_checksum(element);
    for (size_t lane = 0; lane < 4; ++lane) {
        uint8_t sum = 0;
        for (size_t at = lane; at < element.size(); at += 4) sum ^= element[at];
        BOOST_TEST(sum == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_built_in_path_refuses_with_a_status) {
    const auto target = reference_path();
    BOOST_TEST(target->name() == "reference");
    const auto key = target->key(Bytes(31), transfer::KeyId::lce00_h2d_user);
    BOOST_REQUIRE(!key.has_value());
    BOOST_TEST((key.error().status == transfer::Status::invalid_argument));
    Bytes shared(kPathSharedSize);
    const auto guest = target->guest(secret(), shared, {});
    BOOST_REQUIRE(guest.has_value());
    const auto early = (*guest)->begin_read(0, 0, 8);
    BOOST_REQUIRE(!early.has_value());
    BOOST_TEST((early.error().status == transfer::Status::not_ready));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
