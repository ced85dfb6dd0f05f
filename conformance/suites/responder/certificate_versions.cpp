// GET_CERTIFICATE: what later versions have, and what earlier ones do not.
#include <fmt/format.h>

#include <bit>

#include "conformance/suites/responder/support.h"
#include "stack/wire/annotate.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

using wire::CertificateResponse;

using wire::GetCertificate;

Result<Bytes> request(CaseContext& test, uint8_t slot, uint16_t offset, uint16_t length) {
    return test.lab().encode(GetCertificate{.slot_id = slot, .offset = offset, .length = length});
}

const Case kCases[] = {
    {
        .id = "crt/small-requester",
        .title = "Without chunks a portion fits the requester's DataTransferSize",
        .requirements = {"SPDM-CRT-029"},
        .since = v1_2,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer;
            offer.data_transfer_size = wire::kMinDataTransferSize;
            TRY(test.lab().negotiated(test.version(), offer));
            Exchange exchange = TRY(test.lab().send(TRY(request(test, 0, 0, 0xffff))));
            // A device may also say that it cannot; what it may not do is to send too much.
            if (exchange.error())
                return test.expect(exchange, refused(ErrorCode::response_too_large), "SPDM-CRT-029");
            TRY(test.expect_answer(exchange, "SPDM-CRT-029"));
            // Without the padding of the transport.
            size_t size = wire::annotate(*exchange.response, exchange.response_context).used;
            return test.expect_that(size <= wire::kMinDataTransferSize, "SPDM-CRT-029",
                                    "a response of at most 42 bytes", fmt::format("{}", size), "CertChain");
        },
    },
    {
        .id = "crt/slot-size",
        .title = "SlotSizeRequested gives the size and no portion",
        .requirements = {"SPDM-CRT-011"},
        .since = v1_3,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            GetCertificate message{
                .slot_id = 0, .param2 = wire::kSlotSizeRequested, .offset = 0xffff, .length = 0};
            Exchange exchange = TRY(test.lab().send(message));
            TRY(test.expect_answer(exchange, "SPDM-CRT-011"));
            auto answer =
                TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
            return test.expect_that(
                answer.cert_chain.empty() && answer.remainder_length > 0, "SPDM-CRT-011",
                "no portion, and the size as RemainderLength",
                fmt::format("{} and {}", answer.cert_chain.size(), answer.remainder_length), "PortionLength");
        },
    },
    // A slot that is there but holds no chain has a size all the same.
    {
        .id = "crt/slot-size-empty",
        .title = "SlotSizeRequested is answered for an empty slot too",
        .requirements = {"SPDM-CRT-012", "SPDM-DIG-003"},
        .since = v1_3,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(wire::GetDigests{}));
            TRY(test.expect_answer(exchange, "SPDM-DIG-003"));
            auto digests = TRY(wire::decode<wire::Digests>(*exchange.response, exchange.response_context));
            unsigned empty = digests.supported_slot_mask & ~static_cast<unsigned>(digests.slot_mask);
            if (empty == 0) return CaseContext::not_applicable("the device supports no slot that is empty");
            GetCertificate message{.slot_id = static_cast<uint8_t>(std::countr_zero(empty)),
                                   .param2 = wire::kSlotSizeRequested};
            exchange = TRY(test.lab().send(message));
            TRY(test.expect_answer(exchange, "SPDM-CRT-012"));
            auto answer =
                TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
            return test.expect_that(answer.cert_chain.empty(), "SPDM-CRT-011", "no portion",
                                    fmt::format("{} bytes", answer.cert_chain.size()), "PortionLength");
        },
    },
    {
        .id = "crt/slot-size-before",
        .title = "Param2 is reserved before 1.3",
        .requirements = {"SPDM-CRT-013"},
        .until = v1_2,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Bytes bytes = TRY(request(test, 0, 0, 16));
            bytes[3] = wire::kSlotSizeRequested;
            Exchange exchange = TRY(test.lab().send(bytes));
            TRY(test.expect_answer(exchange, "SPDM-CRT-013"));
            auto answer =
                TRY(wire::decode<CertificateResponse>(*exchange.response, exchange.response_context));
            return test.expect_that(!answer.cert_chain.empty(), "SPDM-CRT-013", "a portion", "none",
                                    "PortionLength");
        },
    },
    {
        .id = "crt/reserved-slot-bits",
        .title = "The upper bits of Param1 are ignored",
        .requirements = {"SPDM-CRT-003"},
        .until = v1_3,
        .needs = cap::cert,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Bytes bytes = TRY(request(test, 0, 0, 16));
            bytes[2] = 0xf0;
            return test.expect_answer(TRY(test.lab().send(bytes)), "SPDM-CRT-003");
        },
    },
    {
        .id = "crt/large-form",
        .title = "The large form needs LARGE_RESP_CAP",
        .requirements = {"SPDM-CRT-026"},
        .since = v1_4,
        .needs = cap::cert,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            if (test.claims().has(cap::large_resp))
                return CaseContext::not_applicable("the device claims LARGE_RESP_CAP");
            GetCertificate message{.slot_id = wire::kLargeCertChain, .large_offset = 0, .large_length = 64};
            return test.expect(TRY(test.lab().send(message)),
                               refused(ErrorCode::unsupported_request, {ErrorCode::invalid_request}),
                               "SPDM-CRT-026");
        },
    },
};

}  // namespace

void add_certificate_versions(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
