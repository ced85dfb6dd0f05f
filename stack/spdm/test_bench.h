// A responder and a minimal requester for the tests of this module. Never included by anything else.
#pragma once

#include <boost/test/unit_test.hpp>

#include "stack/spdm/test_support.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/version.h"

namespace assay::spdm {

// A responder, and a requester's own record of what was negotiated and of the transcripts.
struct Bench {
    explicit Bench(Device given = test_device(), FaultConfig faults = {})
        : device(std::move(given)), responder(device, real(), random, faults) {}

    Device device;
    SeededRandom random{1};
    Responder responder;
    wire::Context context;
    Bytes vca;
    wire::GetCapabilities capabilities;  // what negotiate() asks with
    wire::NegotiateAlgorithms algorithms{.measurement_specification = wire::kMeasurementSpecDmtf,
                                         .other_params_support = 0,
                                         .base_asym_algo = kAllBaseAsym,
                                         .base_hash_algo = bit(crypto::HashAlgo::sha256),
                                         .ext_asym = {},
                                         .ext_hash = {},
                                         .alg_structs = {}};

    Bytes send(ByteView request) { return responder.receive(request).value_or(Bytes{}); }
    template <class M>
        requires requires { M::kCode; }
    Bytes send(const M& message) {
        return send(*wire::encode(message, context));
    }
    Bytes send_hex(std::string_view request) { return send(*from_hex(request)); }

    template <class M>
    void step(const M& message) {
        Bytes request = *wire::encode(message, context);
        Bytes response = send(request);
        BOOST_REQUIRE_GT(response.size(), 4U);
        BOOST_REQUIRE_EQUAL(wire::code_of(response), wire::response_to(wire::code_of(request)));
        vca = concat({vca, request, response});
    }
    void negotiate(wire::Version version) {
        vca.clear();
        context = {};
        step(wire::GetVersion{});
        context.version = version;
        if (version >= wire::Version::v1_2 && capabilities.data_transfer_size == 0) {
            capabilities.data_transfer_size = capabilities.max_spdm_msg_size = 4096;
        }
        step(capabilities);
        wire::NegotiateAlgorithms offered = algorithms;
        if (version >= wire::Version::v1_2) offered.other_params_support = wire::kOpaqueDataFmt1;
        step(offered);
        context = responder.parameters().context();
    }
    uint8_t error_of(ByteView request) {
        Bytes answer = send(request);
        return answer.size() >= 4 && wire::code_of(answer) == wire::code::error ? wire::param1(answer) : 0;
    }
    Result<> verify(std::string_view what, ByteView transcript, ByteView signature) const {
        Suite suite = responder.parameters().suite();
        return verify_transcript(real(), suite, test_pki(suite.sign).leaf.public_key(), what,
                                 real().digest(suite.hash, transcript), signature);
    }
};

inline wire::ErrorCode error_code_of(ByteView answer) {
    BOOST_REQUIRE_GE(answer.size(), 4U);
    BOOST_REQUIRE_EQUAL(wire::code_of(answer), wire::code::error);
    return static_cast<wire::ErrorCode>(wire::param1(answer));
}

}  // namespace assay::spdm
