#include "stack/crypto/sha1.h"

#include "stack/crypto/openssl_raii.h"

namespace assay::crypto {

Digest sha1(ByteView message) {
    Digest digest;
    unsigned size = 0;
    ossl::require(EVP_Digest(message.data(), message.size(), digest.resize(kSha1Size).data(), &size,
                             EVP_sha1(), nullptr) == 1);
    return digest;
}

}  // namespace assay::crypto
