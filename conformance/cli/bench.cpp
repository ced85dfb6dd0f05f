// assay bench
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ostream>

#include "conformance/cases/cases.h"
#include "conformance/cli/commands.h"
#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"

namespace assay::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Time that was spent in cryptography, and how often each kind of operation was asked for.
struct Spent {
    Seconds time{0};
    size_t signatures = 0, verifications = 0, digests = 0;
};

class Timed {
   public:
    explicit Timed(Spent& spent) : spent_(spent) {}
    ~Timed() { spent_.time += SteadyClock::now() - begun_; }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

   private:
    Spent& spent_;
    SteadyClock::time_point begun_ = SteadyClock::now();
};

class TimedHash final : public crypto::Hash {
   public:
    TimedHash(std::unique_ptr<crypto::Hash> hash, Spent& spent) : hash_(std::move(hash)), spent_(spent) {}
    void update(ByteView bytes) override {
        Timed timed(spent_);
        hash_->update(bytes);
    }
    crypto::Digest digest() const override {
        Timed timed(spent_);
        return hash_->digest();
    }
    std::unique_ptr<crypto::Hash> clone() const override {
        return std::make_unique<TimedHash>(hash_->clone(), spent_);
    }
    void reset() override {
        Timed timed(spent_);
        hash_->reset();
    }

   private:
    std::unique_ptr<crypto::Hash> hash_;
    Spent& spent_;
};

// OpenSSL with a watch.
class TimedProvider final : public crypto::Provider {
   public:
    explicit TimedProvider(Spent& spent) : spent_(spent) {}
    std::unique_ptr<crypto::Hash> new_hash(crypto::HashAlgo algo) const override {
        Timed timed(spent_);
        return std::make_unique<TimedHash>(real_.new_hash(algo), spent_);
    }
    crypto::Digest digest(crypto::HashAlgo algo, ByteView message) const override {
        Timed timed(spent_);
        ++spent_.digests;
        return real_.digest(algo, message);
    }
    crypto::Digest hmac(crypto::HashAlgo algo, ByteView key, ByteView message) const override {
        Timed timed(spent_);
        return real_.hmac(algo, key, message);
    }
    Result<Bytes> sign(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PrivateKey& key,
                       const crypto::SignInput& input) const override {
        Timed timed(spent_);
        ++spent_.signatures;
        return real_.sign(algo, hash, key, input);
    }
    Result<> verify(crypto::SignAlgo algo, crypto::HashAlgo hash, const crypto::PublicKey& key,
                    const crypto::SignInput& input, ByteView signature) const override {
        Timed timed(spent_);
        ++spent_.verifications;
        return real_.verify(algo, hash, key, input, signature);
    }

   private:
    const crypto::Provider& real_ = crypto::openssl_provider();
    Spent& spent_;
};

struct Measured {
    double whole = 0;
    Spent crypto;
    size_t results = 0, exchanges = 0;
};

Measured measure(std::span<const engine::Case> cases) {
    Measured one;
    TimedProvider provider(one.crypto);
    lab::ReferenceOptions options;
    SteadyClock::time_point begun = SteadyClock::now();
    lab::ReferenceDut dut(lab::make_reference_device(options), provider, options);
    SeededRandom random(1);
    lab::Lab lab(dut, random, provider);
    engine::RunReport report = engine::run(lab, cases, engine::Requirements::embedded(), {});
    one.whole = Seconds(SteadyClock::now() - begun).count();
    one.results = report.results.size();
    one.exchanges = report.exchanges;
    return one;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int bench(const BenchCommand& command, Streams& streams) {
    // What a requester does is not timed: its cases bring their own cryptography.
    std::vector<engine::Case> cases;
    for (const engine::Case& one : cases::all_cases()) {
        if (!one.id.starts_with("req/")) cases.push_back(one);
    }
    std::vector<double> whole, crypto, ratio;
    Measured last;
    for (unsigned i = 0; i < std::max(1U, command.runs); ++i) {
        last = measure(cases);
        whole.push_back(last.whole);
        crypto.push_back(last.crypto.time.count());
        ratio.push_back(last.whole / last.crypto.time.count());
    }
    streams.out << fmt::format("{} results, {} exchanges, {} signatures, {} verifications, {} digests\n",
                               last.results, last.exchanges, last.crypto.signatures,
                               last.crypto.verifications, last.crypto.digests);
    streams.out << fmt::format("whole run        {:8.3f} s  (median of {})\n", median(whole), whole.size());
    streams.out << fmt::format("OpenSSL in it    {:8.3f} s\n", median(crypto));
    streams.out << fmt::format("whole / OpenSSL  {:8.2f}\n", median(ratio));
    return status::ok;
}

}  // namespace assay::cli
