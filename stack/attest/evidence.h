// The evidence of a confidential GPU VM, and what it is verified against. No I/O: files are handed in as
// bytes by name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stack/attest/pcr.h"
#include "stack/attest/policy.h"
#include "stack/crypto/x509.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/version.h"

namespace assay::attest {

// A file and where it came from, for the reports.
struct File {
    std::string path;
    Bytes bytes;
};

// Signed measurements of one GPU or switch.
struct GpuEvidence {
    std::string model;                            // "GH100", "GB100", "LS10", what it claims to be
    wire::Version version = wire::Version::v1_1;  // of the connection
    File vca;                                     // from 1.2 on: the six messages that opened the connection
    File report;                                  // GET_MEASUREMENTS and MEASUREMENTS, to the signature's end
    File certificates;                            // PEM or concatenated DER, leaf first
};

// A quote, as tpm2_quote writes it. Without certificates the attestation key is the one that the runtime data
// names.
struct TpmEvidence {
    File quote;             // TPMS_ATTEST
    File signature;         // TPMT_SIGNATURE
    File certificates;      // of the attestation key; PEM or concatenated DER, leaf first
    File event_log;         // TCG PC Client crypto-agile log
    File canonical_log{};   // what was measured after it (canonical_log.h); without a path: none
    Registers registers{};  // what registers held, where no log says how they came to it
};

struct SnpEvidence {
    File report;        // ATTESTATION_REPORT, 1184 bytes
    File certificates;  // VCEK or VLEK, ASK, ARK; PEM or concatenated DER, leaf first
    File runtime_data;  // without a path: there is none (runtime_data.h)
};

struct Evidence {
    std::vector<GpuEvidence> gpus;  // subjects "gpu-0", "gpu-1" …
    std::vector<File> rims;         // reference manifests, signed XML
    std::vector<File> ocsp;         // OCSP responses, DER
    std::optional<TpmEvidence> tpm;
    std::optional<SnpEvidence> snp;

    bool empty() const { return gpus.empty() && !tpm && !snp; }
};

// Pinned, by what they are for; what is empty trusts nothing.
struct Roots {
    std::vector<crypto::Certificate> device;
    std::vector<crypto::Certificate> rim;
    std::vector<crypto::Certificate> tpm;
    std::vector<crypto::Certificate> amd;
};

// What an OCSP responder answered the verifier itself.
struct OcspAnswer {
    File file;    // the response, and where it is from
    Bytes nonce;  // of the request (ocsp_questions.h)
};

// The verifier's own inputs. Never taken from the evidence.
struct Context {
    std::optional<wire::Nonce> nonce;  // that the evidence must have been made for
    // What one part must have been made for where that is not the nonce, by its subject: "gpu-0", or "gpu"
    // for all of them: the Nonce of the report, 32 bytes; "tpm": the quote's extraData, 1 to 64; "snp":
    // REPORT_DATA, 64.
    std::map<std::string, Bytes> expected{};
    crypto::UnixTime time{};
    Roots roots;
    Policy policy;
    std::vector<OcspAnswer> ocsp{};
};

// The binding of several kinds of evidence to one nonce and to each other. Alone, a quote's extraData is the
// nonce, and a SEV-SNP report's REPORT_DATA the nonce and 32 zeros. When the policy says "composite":
// extraData is SHA-256 of the nonce and of SHA-384 of each GPU's leaf certificate (DER), in order;
// REPORT_DATA is SHA-512 of the same and, if there is a TPM, of SHA-384 of the attestation key's certificate.
// Where the context expects something else of one of them it is that, and what it binds is for whoever gave
// it. With runtime data REPORT_DATA is SHA-256 of that and 32 zeros, composite or not: what is fresh and what
// is bound then says the quote, whose key the runtime data names.

}  // namespace assay::attest
