#include "conformance/bench/sessions.h"

#include <fmt/format.h>

#include <ostream>

#include "conformance/bench/cipher.h"
#include "conformance/bench/timed_provider.h"
#include "conformance/lab/reference.h"
#include "stack/spdm/algorithms.h"
#include "stack/spdm/session_walk.h"

namespace assay::bench {

namespace {

constexpr unsigned kHandshakes = 20;
constexpr unsigned kRecords = 400;

struct Cost {
    double whole = 0, crypto = 0;
};

// Two ends on one thread: negotiation, the chain, KEY_EXCHANGE, FINISH, and END_SESSION.
// Certificates are OpenSSL's work too.
Cost handshake(const spdm::Device& device, spdm::RequesterConfig config) {
    Spent spent;
    TimedProvider provider(spent);
    config.read_chain = [&spent](ByteView der) {
        Timed timed(spent);
        return crypto::parse_certificates(der);
    };
    config.judge_chain = [&spent](const auto& chain, const auto& policy) {
        Timed timed(spent);
        return crypto::chain_violations(chain, policy);
    };
    SeededRandom ours(1), theirs(2);
    SteadyClock::time_point begun = SteadyClock::now();
    spdm::Responder responder(device, provider, theirs);
    spdm::Requester requester(config, provider, ours);
    spdm::SessionWalk walk(
        requester,
        {.heartbeats = 0, .key_updates = 0, .all_key_updates = 0, .digests = false, .measurements = false});
    while (auto send = walk.next()) {
        auto answer =
            send->secured ? responder.receive_secured(send->message) : responder.receive(send->message);
        if (!answer || !walk.receive(*answer, send->secured)) break;
    }
    return {Seconds(SteadyClock::now() - begun).count(), spent.time.count()};
}

spdm::RequesterConfig config_for(crypto::SignAlgo sign, crypto::DheGroup group) {
    spdm::RequesterConfig config;
    config.versions = {wire::Version::v1_2};
    config.flags = lab::kSessionFlags;
    config.base_asym = spdm::bit(sign);
    config.base_hash = spdm::bit(crypto::HashAlgo::sha384);
    config.dhe = static_cast<uint16_t>(1U << static_cast<unsigned>(group));
    config.aead = 2;
    config.key_schedule = wire::kKeyScheduleSpdm;
    config.roots = lab::reference_roots();
    config.time = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    return config;
}

record::TrafficKey traffic_key() {
    Bytes key(32, 1), iv(crypto::kAeadIvSize, 2);
    return *record::TrafficKey::make(crypto::openssl_provider(), crypto::AeadAlgo::aes_256_gcm, key, iv);
}

template <class Work>
double seconds_for(Work work) {
    SteadyClock::time_point begun = SteadyClock::now();
    for (unsigned i = 0; i < kRecords; ++i) work(i);
    return Seconds(SteadyClock::now() - begun).count() / kRecords;
}

}  // namespace

void bench_handshakes(unsigned runs, std::ostream& out) {
    out << "handshake (two ends)   whole ms  OpenSSL ms  ratio\n";
    auto device = lab::make_reference_device({});
    const std::pair<crypto::SignAlgo, crypto::DheGroup> kinds[] = {
        {crypto::SignAlgo::ecdsa_p256, crypto::DheGroup::secp256r1},
        {crypto::SignAlgo::ecdsa_p384, crypto::DheGroup::secp384r1},
        {crypto::SignAlgo::ecdsa_p384, crypto::DheGroup::ffdhe3072}};
    for (auto [sign, group] : kinds) {
        spdm::RequesterConfig config = config_for(sign, group);
        std::vector<double> whole, crypto, ratio;
        for (unsigned i = 0; i < runs * kHandshakes; ++i) {
            Cost cost = handshake(*device, config);
            whole.push_back(cost.whole * 1e3);
            crypto.push_back(cost.crypto * 1e3);
            ratio.push_back(cost.whole / cost.crypto);
        }
        out << fmt::format("{:10} {:10}  {:8.2f}    {:8.2f}  {:5.2f}\n", crypto::name(sign),
                           crypto::name(group), median(whole), median(crypto), median(ratio));
    }
}

void bench_records(unsigned runs, std::ostream& out) {
    out << "AES-256-GCM records    seal us   EVP us  ratio   open us   EVP us  ratio\n";
    record::TrafficKey key = traffic_key();
    BareCipher bare;
    bool good = true;
    // The longest that Length can tell is a little below 64 KiB. What is compared is the one operation in a
    // record, on the same memory: an encrypted record has ApplicationDataLength before its data (DSP0277).
    constexpr size_t kLengthSize = 2;
    for (size_t size : {size_t{64}, size_t{4096}, size_t{65000}}) {
        Bytes data(size, 7), inside(size + kLengthSize, 7);
        std::vector<double> seal, seal_alone, open, open_alone, seal_ratio, open_ratio;
        for (unsigned run = 0; run < runs * 5; ++run) {
            record::SealOptions options;
            Bytes record, plain;
            const auto micros = [&](auto work) {
                return 1e6 * seconds_for([&](unsigned i) { good &= work(i); });
            };
            seal.push_back(micros([&](unsigned i) {
                options.sequence = i;
                return key.seal_into(record, options, record::mctp(), data).has_value();
            }));
            const record::Parsed parsed = *record::parse(record, record::mctp());
            open.push_back(
                micros([&](unsigned) { return key.open_into(plain, options, parsed).has_value(); }));
            const std::span<uint8_t> text = std::span(record).subspan(parsed.header.size(), inside.size());
            uint8_t* const tag = text.data() + text.size();
            seal_alone.push_back(
                micros([&](unsigned) { return bare.seal(parsed.header, inside, text.data(), tag); }));
            open_alone.push_back(
                micros([&](unsigned) { return bare.open(parsed.header, text, plain.data(), tag); }));
            seal_ratio.push_back(seal.back() / seal_alone.back());
            open_ratio.push_back(open.back() / open_alone.back());
        }
        if (!good) {
            out << "not measured: a record of " << size << " bytes could not be sealed or opened\n";
            return;
        }
        out << fmt::format("{:8} bytes       {:8.2f} {:8.2f}  {:5.2f}  {:8.2f} {:8.2f}  {:5.2f}\n", size,
                           median(seal), median(seal_alone), median(seal_ratio), median(open),
                           median(open_alone), median(open_ratio));
    }
}

}  // namespace assay::bench
