#include "stack/attest/gpu_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/attest/report_blocks.h"
#include "stack/spdm/signing.h"
#include "stack/wire/annotate.h"
#include "stack/wire/decode.h"
#include "stack/wire/header.h"

namespace assay::attest {

namespace {

constexpr auto kAlgo = crypto::SignAlgo::ecdsa_p384;
constexpr auto kHash = crypto::HashAlgo::sha384;

// Param1 and Param2, which stand beside each other.
constexpr size_t kParams = wire::kHeaderSize - wire::kParam1At;
constexpr uint8_t kSlotMask = 0x0f;
constexpr uint8_t kContentChanged = 0x30;

wire::Context context_of(wire::Version version) {
    wire::Context context;
    context.version = version;
    context.hash_size = static_cast<uint16_t>(crypto::digest_size(kHash));
    context.signature_size = static_cast<uint16_t>(crypto::signature_size(kAlgo));
    context.signed_response = true;
    return context;
}

// Makes checks of one report.
class Reading {
   public:
    Reading(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence)
        : appraisal_(appraisal),
          subject_(subject),
          evidence_(evidence),
          context_(context_of(evidence.version)) {}

    std::optional<GpuReport> read(const Policy& policy) {
        const ByteView bytes = evidence_.report.bytes;
        if (bytes.size() > kMaxReport)
            return refuse_form({Errc::out_of_range, "report", 0, "it is too long"});
        size_t used = 0;
        auto request = wire::decode<wire::GetMeasurements>(bytes, context_, {}, &used);
        if (!request) return refuse_form(request.error());
        GpuReport report;
        report.request = *std::move(request);
        report.response_offset = used;
        context_.signed_response = (report.request.attributes & wire::kSignatureRequested) != 0;
        auto response = wire::decode<wire::Measurements>(bytes.subspan(used), context_, {}, &used);
        if (!response) {
            Error error = response.error();
            if (error.offset != Error::npos) error.offset += report.response_offset;
            return refuse_form(error);
        }
        report.response = *std::move(response);
        const size_t end = report.response_offset + used;
        report.signature_offset = end - report.response.signature.size();
        const auto parts =
            wire::annotate_as<wire::Measurements>(bytes.subspan(report.response_offset), {}, context_);
        report.record_offset = report.response_offset + parts.find("MeasurementRecord")->offset;
        report.opaque_offset = report.response_offset + parts.find("OpaqueData")->offset;
        demand(Check::report_form, true, "report", 0, bytes.size());
        trailing(end, policy);
        return report;
    }

    void messages(const GpuReport& report, const std::optional<wire::Nonce>& nonce) {
        const wire::GetMeasurements& request = report.request;
        const wire::Measurements& response = report.response;
        const size_t at = report.response_offset;
        const uint8_t version = wire::byte(evidence_.version);
        const bool known = evidence_.version >= wire::Version::v1_1;
        if (demand(Check::report_version, known && request.spdm_version == version, "SPDMVersion", 0, 1,
                   fmt::format("the request is of {:02x}, the connection {:02x}", request.spdm_version,
                               version))) {
            demand(Check::report_version, response.spdm_version == version, "SPDMVersion", at, 1,
                   fmt::format("the response is of {:02x}, the connection {:02x}", response.spdm_version,
                               version));
        }
        const bool asked =
            request.attributes == wire::kSignatureRequested && request.operation == wire::kAllMeasurements;
        demand(Check::report_request, asked, "Param1", wire::kParam1At, kParams);
        reserved(report);
        if (nonce) {
            demand_of_request(Check::report_nonce, request.nonce == *nonce, "Nonce",
                              fmt::format("expected {}", to_hex(*nonce)));
        }
    }

    void signature(const GpuReport& report, const crypto::PublicKey& key) {
        const size_t at = report.signature_offset;
        const bool present = !report.response.signature.empty();
        const spdm::Suite suite{.sign = kAlgo, .hash = kHash, .version = evidence_.version};
        const bool good =
            present && key.fits(kAlgo) &&
            spdm::verify_transcript(crypto::openssl_provider(), suite, key, spdm::kMeasurementsContext,
                                    transcript(at), report.response.signature)
                .has_value();
        demand(Check::report_signature, good, "Signature", at, report.response.signature.size(),
               !present           ? "there is none"
               : !key.fits(kAlgo) ? "the leaf's key is none of ECDSA P-384"
                                  : std::string());
    }

   private:
    bool demand(Check check, bool holds, std::string field, size_t offset, size_t size,
                const std::string& reason = {}) {
        const ByteView all = evidence_.report.bytes;
        const ByteView rest = all.subspan(std::min(offset, all.size()));
        return appraisal_.demand(check, holds,
                                 {.subject = subject_,
                                  .field = std::move(field),
                                  .offset = offset,
                                  .bytes = rest.first(std::min(size, rest.size())),
                                  .reason = holds ? std::string() : reason});
    }

    // Of a field that a request which asks for no signature does not have.
    bool demand_of_request(Check check, bool holds, std::string field, const std::string& reason = {}) {
        const auto parts = wire::annotate_as<wire::GetMeasurements>(evidence_.report.bytes, {}, context_);
        const wire::Span* found = parts.find(field);
        return demand(check, holds, std::move(field), found == nullptr ? 0 : found->offset,
                      found == nullptr ? 0 : found->size, reason);
    }

    void trailing(size_t end, const Policy& policy) {
        const ByteView behind = ByteView(evidence_.report.bytes).subspan(end);
        if (policy.report_padding && behind.size() == 1 && behind.front() == 0) {
            appraisal_.warn(Check::report_trailing, {.subject = subject_,
                                                     .field = "report",
                                                     .offset = end,
                                                     .bytes = behind,
                                                     .reason = "one zero, which the policy lets pass"});
            return;
        }
        demand(Check::report_trailing, behind.empty(), "report", end, behind.size());
    }

    std::nullopt_t refuse_form(const Error& error) {
        demand(Check::report_form, false, std::string(error.field),
               error.offset == Error::npos ? 0 : error.offset, kCheckSiteLimit, error.text());
        return std::nullopt;
    }

    void reserved(const GpuReport& report) {
        const size_t at = report.response_offset + wire::kParam1At;
        const uint8_t slot = report.request.slot_id_param & kSlotMask;
        if (!demand_of_request(Check::report_reserved, report.request.slot_id_param == slot, "SlotIDParam"))
            return;
        const uint8_t changed = evidence_.version >= wire::Version::v1_2 ? kContentChanged : 0;
        const auto param2 = static_cast<uint8_t>(report.response.param2 & ~changed);
        demand(Check::report_reserved, report.response.total_indices == 0 && param2 == slot, "Param1", at,
               kParams);
    }

    // L1/L2: VCA is part of it from 1.2 on.
    crypto::Digest transcript(size_t signature_offset) const {
        auto hash = crypto::openssl_provider().new_hash(kHash);
        if (evidence_.version >= wire::Version::v1_2) hash->update(evidence_.vca.bytes);
        hash->update(ByteView(evidence_.report.bytes).first(signature_offset));
        return hash->digest();
    }

    Appraisal& appraisal_;
    const std::string& subject_;
    const GpuEvidence& evidence_;
    wire::Context context_;
};

}  // namespace

std::optional<GpuReport> appraise_report(Appraisal& appraisal, const std::string& subject,
                                         const GpuEvidence& evidence, const std::optional<wire::Nonce>& nonce,
                                         const Policy& policy) {
    Reading reading(appraisal, subject, evidence);
    std::optional<GpuReport> report = reading.read(policy);
    if (!report) return report;
    reading.messages(*report, nonce);
    appraise_blocks(appraisal, subject, evidence.version, *report);
    return report;
}

void appraise_report_signature(Appraisal& appraisal, const std::string& subject, const GpuEvidence& evidence,
                               const GpuReport& report, const crypto::PublicKey& key) {
    Reading(appraisal, subject, evidence).signature(report, key);
}

}  // namespace assay::attest
