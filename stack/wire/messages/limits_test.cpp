// What holds for every message and structure, whatever the bytes.
#include <tuple>

#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/chunk.h"
#include "stack/wire/messages/csr.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/encapsulated.h"
#include "stack/wire/messages/endpoint_info.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/events.h"
#include "stack/wire/messages/finish.h"
#include "stack/wire/messages/key_exchange.h"
#include "stack/wire/messages/key_pair.h"
#include "stack/wire/messages/measurement_log.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/opaque_data.h"
#include "stack/wire/messages/psk.h"
#include "stack/wire/messages/set_certificate.h"
#include "stack/wire/messages/test_support.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"

namespace assay::wire::test {

namespace {

// All that are more than a header.
using Everything =
    std::tuple<VersionResponse, GetCapabilities, Capabilities, NegotiateAlgorithms, Algorithms, Digests,
               GetCertificate, CertificateResponse, CertChain, Challenge, ChallengeAuth, GetMeasurements,
               Measurements, MeasurementRecord, ErrorResponse, VendorDefinedRequest, VendorDefinedResponse,
               KeyExchange, KeyExchangeResponse, Finish, FinishResponse, PskExchange, PskExchangeResponse,
               PskFinish, PskFinishResponse, EncapsulatedRequest, EncapsulatedResponseAck, ChunkSend,
               ChunkSendAck, ChunkGet, ChunkResponse, GetCsr, Csr, SetCertificate, GetKeyPairInfo,
               KeyPairInfo, SetKeyPairInfo, SupportedEventTypes, SubscribeEventTypes, SendEvent, EventGroups,
               GetMeasurementExtensionLog, MeasurementExtensionLog, MeasurementLog, GetEndpointInfo,
               EndpointInfo, DeviceClassIdentifier, OpaqueData, SecuredMessageData>;

class Noise {
   public:
    uint32_t next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<uint32_t>(state_ >> 33);
    }
    // Mostly small numbers, as real lengths and counts are; now and then large ones.
    Bytes bytes(size_t size) {
        Bytes out(size);
        for (uint8_t& byte : out) {
            uint32_t pick = next() % 8;
            byte = static_cast<uint8_t>(pick < 4 ? 0 : pick < 7 ? next() % 4 : next());
        }
        return out;
    }

   private:
    uint64_t state_ = 1;
};

Context any_context(Noise& noise) {
    Context context = context_at(kVersions[noise.next() % kVersions.size()]);
    context.multi_key = noise.next() % 2 == 0;
    context.verify_data_in_exchange = noise.next() % 2 == 0;
    context.verify_data_in_finish = !context.verify_data_in_exchange;
    context.measurement_summary = noise.next() % 2 == 0;
    context.signed_response = noise.next() % 2 == 0;
    return context;
}

struct Tally {
    size_t accepted = 0;
    size_t refused = 0;
};

template <class M>
void try_noise(Noise& noise, Tally& tally) {
    Context context = any_context(noise);
    Bytes input = noise.bytes(noise.next() % 96);
    if constexpr (requires { M::kCode; }) {
        if (input.size() > 1) input[kCodeAt] = byte(M::kCode);
        if (!input.empty()) input[0] = M::kCode == code::version ? 0x10 : byte(context.version);
    }
    size_t used = 0;
    BOOST_TEST(decode<M>(input, context, {.lenient = true}, &used).has_value());
    if (std::is_same_v<M, NegotiateAlgorithms> || std::is_same_v<M, Algorithms>) {
        // Random bytes hardly ever have the right total length.
        if (input.size() > 5) input[4] = static_cast<uint8_t>(used), input[5] = 0;
    }
    Result<M> decoded = decode<M>(input, context, {}, &used);
    ++(decoded ? tally.accepted : tally.refused);
    if (!decoded) return;
    BOOST_TEST(used <= input.size());
    BOOST_TEST(to_hex(encode_raw(*decoded, context)) == to_hex(ByteView(input).first(used)));
}

// Decodes without decode(), so that what was allocated before the refusal can be seen.
template <class M>
M walked(std::string_view hex, bool lenient) {
    M message;
    Bytes input = bytes(hex);
    Decoder decoder(input, context_at(Version::v1_4), {.lenient = lenient});
    message.describe(decoder);
    BOOST_TEST(decoder.failed() == !lenient, hex);
    return message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits_suite)

BOOST_AUTO_TEST_CASE_TEMPLATE(what_decodes_encodes_to_the_same_bytes_and_lenient_decoding_takes_all, M,
                              Everything) {
    Noise noise;
    Tally tally;
    for (int i = 0; i < 300; ++i) try_noise<M>(noise, tally);
    BOOST_TEST(tally.accepted > 0U);
    BOOST_TEST(tally.refused > 0U);
}

BOOST_AUTO_TEST_CASE(a_length_of_four_gigabytes_is_refused_before_anything_is_allocated) {
    for (bool lenient : {false, true}) {
        const size_t room = 64;
        BOOST_TEST(walked<ChunkSend>("14850001 01000000 ffffffff aabb", lenient).spdm_chunk.capacity() <
                   room);
        BOOST_TEST(walked<CertificateResponse>("14028000 0000 0000 ffffffff 00000000 aa", lenient)
                       .cert_chain.capacity() < room);
        BOOST_TEST(
            walked<VendorDefinedRequest>("14fe8000 0000 00 0000 ffffffff aa", lenient).payload.capacity() <
            room);
        BOOST_TEST(walked<EndpointInfo>("14070000 00000000 ffffffff aa", lenient).ep_info.capacity() < room);
        BOOST_TEST(walked<MeasurementExtensionLog>("146f0000 ffffffff 00000000 aa", lenient).mel.capacity() <
                   room);
        BOOST_TEST(walked<SupportedEventTypes>("14620100 ffffffff aa", lenient)
                       .supported_event_groups_list.capacity() < room);
    }
}

BOOST_AUTO_TEST_CASE(a_count_of_four_billion_is_refused_before_anything_is_allocated) {
    for (bool lenient : {false, true}) {
        BOOST_TEST(walked<SendEvent>("14f10000 ffffffff 00000000", lenient).events.capacity() < 2U);
        BOOST_TEST(walked<MeasurementLog>("ffffffff ffffffff 0000000000000000", lenient).entries.capacity() <
                   2U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::wire::test
