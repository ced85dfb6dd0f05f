#include "stack/attest/xml_verify.h"

#include <openssl/err.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <tuple>

#include "stack/crypto/openssl_key.h"

namespace assay::attest {

namespace {

struct ContextReleaser {
    void operator()(xmlSecDSigCtx* context) const { xmlSecDSigCtxDestroy(context); }
};

// Once a process; xmlsec is quiet from then on.
bool ready() {
    static const bool kReady = [] {
        const bool good = xmlSecInit() == 0 && xmlSecCryptoAppInit(nullptr) == 0 && xmlSecCryptoInit() == 0;
        xmlSecErrorsDefaultCallbackEnableOutput(0);
        return good;
    }();
    return kReady;
}

// The certificate's key, which was read with it.
xmlSecKey* key_of(const crypto::Certificate& certificate) {
    crypto::ossl::PkeyPtr pkey = crypto::openssl_key(certificate.public_key());
    if (pkey == nullptr) return nullptr;
    xmlSecKeyData* value = xmlSecOpenSSLEvpKeyAdopt(pkey.get());
    if (value == nullptr) return nullptr;
    std::ignore = pkey.release();
    xmlSecKey* key = xmlSecKeyCreate();
    if (key != nullptr && xmlSecKeySetValue(key, value) == 0) return key;
    xmlSecKeyDataDestroy(value);
    if (key != nullptr) xmlSecKeyDestroy(key);
    return nullptr;
}

// Names by which a reference may mean an element.
void declare_ids(const XmlDocument& document) {
    const xmlChar* names[] = {BAD_CAST "Id", BAD_CAST "ID", BAD_CAST "id", nullptr};
    xmlSecAddIDs(document.get(), xmlDocGetRootElement(document.get()), names);
}

}  // namespace

bool verify_enveloped(const XmlDocument& document, const XmlElement& signature,
                      const crypto::Certificate& signer) {
    if (!ready()) return false;
    const XmlSilence silence;
    const std::unique_ptr<xmlSecDSigCtx, ContextReleaser> context(xmlSecDSigCtxCreate(nullptr));
    if (context == nullptr) return false;
    context->enabledReferenceUris = xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument;
    context->signKey = key_of(signer);  // so that KeyInfo is not asked; the context frees it
    declare_ids(document);
    const bool good = context->signKey != nullptr &&
                      xmlSecDSigCtxVerify(context.get(), signature.node()) == 0 &&
                      context->status == xmlSecDSigStatusSucceeded;
    ERR_clear_error();
    return good;
}

}  // namespace assay::attest
