#include "conformance/lab/path_server.h"

#include <boost/test/unit_test.hpp>

#include "conformance/lab/transfer_reference.h"
#include "stack/base/random.h"
#include "stack/base/writer.h"

namespace assay::lab {

namespace {

Bytes make_key(std::string_view label, size_t secret_size = transfer::kExportSecretSize) {
    Writer content;
    content.u8(static_cast<uint8_t>(label.size())).bytes(as_bytes(label)).zeros(secret_size);
    return std::move(content).take();
}

uint8_t code(PathFrame frame) { return static_cast<uint8_t>(frame); }

}  // namespace

BOOST_AUTO_TEST_SUITE(path_server_suite)

BOOST_AUTO_TEST_CASE(what_is_sealed_over_frames_opens_over_frames) {
    const auto target = reference_path();
    PathServer sender(*target), receiver(*target);
    for (PathServer* one : {&sender, &receiver}) {
        BOOST_TEST(
            (one->answer(code(PathFrame::make_key), make_key("Lce00_h2d_user")).type == PathFrame::number));
        Writer channel;
        channel.u32(0).zeros(transfer::Iv{}.size());
        BOOST_TEST((one->answer(code(PathFrame::next_channel), channel.view()).type == PathFrame::number));
    }
    Writer seal;
    seal.u32(0).u32(2).bytes(Bytes{1, 2}).bytes(Bytes{7, 8, 9});
    const PathServer::Frame block = sender.answer(code(PathFrame::seal), seal.view());
    BOOST_REQUIRE((block.type == PathFrame::block));
    const ByteView made(block.content);
    Writer open;
    open.u32(0).bytes(made.first(4 + crypto::kAeadTagSize)).u32(2).bytes(Bytes{1, 2});
    open.bytes(made.subspan(4 + crypto::kAeadTagSize));
    const PathServer::Frame text = receiver.answer(code(PathFrame::open), open.view());
    BOOST_REQUIRE((text.type == PathFrame::text));
    BOOST_TEST(to_hex(text.content) == "070809");
    // Not twice.
    const PathServer::Frame again = receiver.answer(code(PathFrame::open), open.view());
    BOOST_TEST((again.type == PathFrame::refused));
    BOOST_TEST(to_hex(again.content) == to_hex(as_bytes("INVALID_DATA")));
}

BOOST_AUTO_TEST_CASE(what_is_no_request_cannot_be_done) {
    const auto target = reference_path();
    PathServer server(*target);
    BOOST_TEST((server.answer(code(PathFrame::make_key), make_key("no such key")).type == PathFrame::cannot));
    BOOST_TEST((server.answer(code(PathFrame::make_key), {}).type == PathFrame::cannot));
    BOOST_TEST(
        (server.answer(code(PathFrame::make_key), make_key("Lce00_h2d_user", 3)).type == PathFrame::refused));
    BOOST_REQUIRE(
        (server.answer(code(PathFrame::make_key), make_key("Lce00_h2d_user")).type == PathFrame::number));
    // Any type with any content gives an answer.
    SeededRandom random(1);
    for (unsigned type = 0; type < 256; ++type) {
        for (const size_t size : {0U, 3U, 4U, 8U, 12U, 16U, 24U, 40U}) {
            Bytes content = random.bytes(size);
            for (size_t i = 0; i < std::min<size_t>(4, size); ++i) content[i] = 0;
            (void)server.answer(static_cast<uint8_t>(type), content);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::lab
