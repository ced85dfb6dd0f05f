// Recorded exchanges of an independent implementation, message by message.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "conformance/lab/observer.h"
#include "conformance/report/pcap.h"
#include "stack/wire/registry.h"

namespace assay::report {

BOOST_AUTO_TEST_SUITE(captures)

namespace {

// Decodes with the layout that the connection so far gives, and encodes what came of it.
void check_round_trip(ByteView message, const wire::Context& context, const std::string& where) {
    size_t used = 0;
    auto decoded = wire::decode_any(message, context, &used);
    BOOST_REQUIRE_MESSAGE(decoded.has_value(), where << ": " << (decoded ? "" : decoded.error().text()));
    // A data object is padded to a multiple of four. The recorded device counts six bytes too many when it
    // sizes KEY_PAIR_INFO at 1.4, which its makers have put right since.
    size_t spare = message[0] == 0x14 && message[1] == wire::code::key_pair_info ? 6 : 3;
    BOOST_TEST(message.size() - used <= spare,
               where << ": " << message.size() - used << " bytes are left over");
    BOOST_TEST(to_hex(message.subspan(used)) == to_hex(Bytes(message.size() - used)), where);
    auto encoded = wire::encode_any(**decoded, context);
    BOOST_REQUIRE_MESSAGE(encoded.has_value(), where << ": " << (encoded ? "" : encoded.error().text()));
    BOOST_TEST(to_hex(*encoded) == to_hex(message.first(used)), where);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_plain_message_encodes_to_the_bytes_it_was_decoded_from) {
    std::filesystem::path folder = std::filesystem::path(ASSAY_SOURCE_DIR) / "../shared/samples/captures";
    if (!std::filesystem::exists(folder)) {
        BOOST_TEST_MESSAGE("skipped: there is no " << folder);
        return;
    }
    size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".pcap") continue;
        ++files;
        std::ifstream file(entry.path(), std::ios::binary);
        auto packets = read_pcap(Bytes{std::istreambuf_iterator<char>(file), {}});
        BOOST_REQUIRE(packets.has_value());
        lab::Observer observer(crypto::openssl_provider());
        for (size_t i = 0; i < packets->size(); ++i) {
            auto inner = carried((*packets)[i]);
            if (!inner || inner->kind != Carried::Kind::spdm) continue;
            bool request = wire::is_request(inner->message[1]);
            wire::Context context =
                request ? observer.request_context(inner->message) : observer.expected_response_context();
            check_round_trip(inner->message, context,
                             entry.path().filename().string() + " packet " + std::to_string(i) + ", " +
                                 wire::message_name(inner->message[1]));
            if (request) {
                observer.request(inner->message);
            } else {
                observer.response(inner->message);
            }
        }
    }
    BOOST_TEST(files == 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
