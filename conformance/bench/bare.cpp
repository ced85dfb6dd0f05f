#include "conformance/bench/bare.h"

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <set>

#include "stack/base/owner.h"
#include "stack/evidence/xml_signature.h"

namespace assay::bench {

namespace {

using crypto::HashAlgo;

using KeyPtr = Owner<EVP_PKEY, EVP_PKEY_free>;
using ContextPtr = Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
using CertificatePtr = Owner<X509, X509_free>;
using ResponsePtr = Owner<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using BasicPtr = Owner<OCSP_BASICRESP, OCSP_BASICRESP_free>;

struct Signature {
    KeyPtr key;
    Bytes message;
    Bytes signature;  // DER
};

// What one of OpenSSL's encoders writes, which takes the place that it writes to.
template <class Encode>
Bytes encoded(Encode encode) {
    uint8_t* der = nullptr;
    const int size = encode(&der);
    Bytes bytes(der, der + std::max(size, 0));
    OPENSSL_free(der);
    return bytes;
}

Bytes content(const ASN1_BIT_STRING* bits) {
    const uint8_t* begin = ASN1_STRING_get0_data(bits);
    return {begin, begin + ASN1_STRING_length(bits)};
}

KeyPtr public_key(const evidence::KeyName& name) {
    const ByteView spki = evidence::key(name).public_key().spki();
    const uint8_t* at = spki.data();
    return KeyPtr(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
}

}  // namespace

struct BareVerifier::Impl {
    std::vector<Signature> signatures;
    std::vector<Bytes> digested, digests;
    SignatureCounts counts;
    std::set<Bytes> known;

    void add(const evidence::KeyName& signer, Bytes message, Bytes signature, size_t& count) {
        ++count;
        signatures.push_back({public_key(signer), std::move(message), std::move(signature)});
    }

    // Root last, whose own signature is not asked for.
    void add_chain(const evidence::Chain& chain) {
        for (size_t i = 0; i + 1 < chain.size(); ++i) {
            const Bytes der = issue(chain[i]);
            if (!known.insert(der).second) continue;
            const uint8_t* at = der.data();
            const CertificatePtr x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
            if (x509 == nullptr) continue;
            const ASN1_BIT_STRING* signature = nullptr;
            X509_get0_signature(&signature, nullptr, x509.get());
            add(chain[i].signer, encoded([&](uint8_t** out) { return i2d_re_X509_tbs(x509.get(), out); }),
                content(signature), counts.certificates);
        }
    }

    void add_response(const evidence::OcspForm& form) {
        const Bytes der = evidence::make(form);
        const uint8_t* at = der.data();
        const ResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
        const BasicPtr basic(response == nullptr ? nullptr : OCSP_response_get1_basic(response.get()));
        if (basic == nullptr) return;
        const auto* data = reinterpret_cast<const ASN1_VALUE*>(OCSP_resp_get0_respdata(basic.get()));
        add(form.signer,
            encoded([&](uint8_t** out) { return ASN1_item_i2d(data, out, ASN1_ITEM_rptr(OCSP_RESPDATA)); }),
            content(OCSP_resp_get0_signature(basic.get())), counts.ocsp);
    }

    void add_report(const evidence::ReportForm& report) {
        Bytes message = evidence::make(report, {});
        message.resize(layout(report).signature);
        Bytes signature = sign_der(report.signer, HashAlgo::sha384, message);
        add(report.signer, std::move(message), std::move(signature), counts.reports);
    }

    Result<> add_manifest(const evidence::RimForm& rim) {
        evidence::RimForm bare = rim;
        bare.is_signed = false;
        const auto text = [](const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); };
        const std::string covered = TRY(evidence::canonical(text(TRY(evidence::make(bare)))));
        const std::string info =
            TRY(evidence::canonical_element(text(TRY(evidence::make(rim))), "SignedInfo"));
        ++counts.digests;
        digested.push_back(to_bytes(as_bytes(covered)));
        digests.push_back(evidence::digest(HashAlgo::sha384, as_bytes(covered)));
        if (!info.contains(evidence::base64(digests.back())))
            return fail(Errc::internal, "bench", Error::npos, "a manifest's digest is not its own");
        add(rim.signature.signer, to_bytes(as_bytes(info)),
            sign_der(rim.signature.signer, rim.signature.hash, as_bytes(info)), counts.manifests);
        return {};
    }
};

BareVerifier::BareVerifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BareVerifier::BareVerifier(BareVerifier&&) noexcept = default;
BareVerifier& BareVerifier::operator=(BareVerifier&&) noexcept = default;
BareVerifier::~BareVerifier() = default;

Result<BareVerifier> BareVerifier::make(const evidence::Machine& machine) {
    auto impl = std::make_unique<Impl>();
    for (const evidence::GpuForm& gpu : machine.gpus) {
        impl->add_chain(gpu.chain);
        impl->add_report(gpu.report);
    }
    for (const evidence::RimForm& rim : machine.rims) {
        impl->add_chain(rim.signature.certificates);
        TRY(impl->add_manifest(rim));
    }
    for (const evidence::OcspForm& form : ocsp_for(machine)) impl->add_response(form);
    return BareVerifier(std::move(impl));
}

bool BareVerifier::run() const {
    bool good = true;
    for (const Signature& one : impl_->signatures) {
        const ContextPtr context(EVP_MD_CTX_new());
        good &= EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha384(), nullptr, one.key.get()) == 1 &&
                EVP_DigestVerify(context.get(), one.signature.data(), one.signature.size(),
                                 one.message.data(), one.message.size()) == 1;
    }
    for (size_t i = 0; i < impl_->digested.size(); ++i) {
        Bytes digest(EVP_MAX_MD_SIZE);
        unsigned size = 0;
        EVP_Digest(impl_->digested[i].data(), impl_->digested[i].size(), digest.data(), &size, EVP_sha384(),
                   nullptr);
        digest.resize(size);
        good &= digest == impl_->digests[i];
    }
    return good;
}

const SignatureCounts& BareVerifier::counts() const { return impl_->counts; }

}  // namespace assay::bench
