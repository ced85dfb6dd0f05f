// assay demo
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "conformance/cli/commands.h"
#include "conformance/suites/threats/attack.h"

namespace assay::cli {

namespace {

namespace threats = cases::threats;

constexpr std::string_view kWas = "benign", kBecomes = "cancer";

std::string hex(ByteView bytes, size_t most = 16) {
    return to_hex(bytes.first(std::min(bytes.size(), most))) + (bytes.size() > most ? "…" : "");
}

std::string words(ByteView bytes) {
    std::string text;
    for (uint8_t byte : bytes) text.push_back(byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.');
    return text;
}

// The hypervisor: it keeps what passes, and once it is told to, it changes words whose place it knows.
struct Hypervisor final : device::Tap {
    void on_message(device::Direction /*way*/, Bytes& message) override {
        ++messages;
        bytes += message.size();
    }
    void on_submission(Bytes& /*submission*/, std::span<uint8_t> shared) override {
        const auto page = shared.subspan(transfer::kStagingAt);
        for (size_t i = 0; attacks && i < kWas.size(); ++i) {
            page[at + i] ^= static_cast<uint8_t>(kWas[i] ^ kBecomes[i]);
        }
        staged = to_bytes(page.first(threats::tenant_data().size()));
    }
    size_t messages = 0, bytes = 0, at = 0;
    bool attacks = false;
    Bytes staged;
};

// The whole life of a machine, told step by step.
class Story {
   public:
    Story(device::Mode mode, std::ostream& out) : machine_({.mode = mode}), out_(out) {
        hypervisor_.at = words(data_).find(kWas);
        machine_.bus.set_tap(&hypervisor_);
    }

    bool tell() { return boot() && exchange() && gate() && attest() && copy() && launch() && attack(); }

   private:
    void say(std::string_view step, const std::string& line) {
        out_ << fmt::format("{:<9} {}\n", step, line);
    }
    template <class T>
    bool went(std::string_view step, const guest::Checked<T>& result) {
        if (!result) say(step, result.error().text());
        return result.has_value();
    }

    bool boot() {
        if (auto on = machine_.bus.power_on(); !on) {
            say("boot", on.error().text());
            return false;
        }
        say("boot", fmt::format("a GPU in mode {}; the vendor signed and the GPU measured:",
                                device::name(machine_.gpu.mode())));
        for (const device::Component& one : machine_.gpu.inside().running) {
            say("", fmt::format("  {} {}", one.name, one.version));
        }
        return true;
    }

    bool exchange() {
        if (!went("exchange", machine_.guest.attach(machine_.bus))) return false;
        say("exchange", fmt::format("an SPDM session, {} messages of {} bytes over a bus that the hypervisor "
                                    "holds",
                                    hypervisor_.messages, hypervisor_.bytes));
        return true;
    }

    bool gate() {
        auto early = machine_.guest.copy_to_gpu(threats::kDataAt, data_);
        say("gate", "a copy now: " + (early ? "done" : early.error().text()));
        return !early;
    }

    bool attest() {
        if (!went("attest", machine_.guest.attest())) return false;
        const guest::Evidence& evidence = machine_.guest.evidence();
        say("attest",
            fmt::format("{} bytes of signed measurements for nonce {}: accepted, CUDA opens",
                        evidence.response.size(), hex(ByteView(evidence.request).subspan(4, 32), 8)));
        return true;
    }

    bool copy() {
        if (!went("copy", machine_.guest.copy_to_gpu(threats::kDataAt, data_))) return false;
        say("copy", fmt::format("the tenant's words: {}", words(ByteView(data_).first(62))));
        say("", fmt::format("what the bus has seen:  {}", hex(hypervisor_.staged, 24)));
        return true;
    }

    bool launch() {
        if (!went("launch", machine_.guest.load_code(threats::kCodeAt, threats::tenant_code()))) return false;
        const Bytes seen(hypervisor_.staged.begin(), hypervisor_.staged.begin() + 24);
        const bool clear = equal(seen, ByteView(threats::tenant_code()).first(24));
        say("launch", fmt::format("the tenant's program, on the bus {}: {}",
                                  clear ? "in the clear" : "sealed", hex(seen, 24)));
        if (!went("launch", machine_.guest.launch(threats::tenant_launch()))) return false;
        const auto output = machine_.guest.copy_to_cpu(threats::kOutputAt, data_.size());
        if (!went("launch", output)) return false;
        const bool right = *output == threats::run_of(threats::tenant_code(), data_);
        say("", fmt::format("its output is {}:  {}", right ? "right" : "wrong", hex(*output)));
        return right;
    }

    // It succeeds in apm, where nothing is authenticated.
    bool attack() {
        hypervisor_.attacks = true;
        auto copied = machine_.guest.copy_to_gpu(threats::kDataAt, data_);
        hypervisor_.attacks = false;
        say("attack", fmt::format("the hypervisor flips bits of the same copy, for \"{}\" to read \"{}\"",
                                  kWas, kBecomes));
        if (!copied) {
            say("", "the GPU refuses:   " + machine_.gpu.last_refusal());
            say("", "CUDA answers:      " + std::string(guest::name(copied.error().cuda())));
        } else {
            const auto got = machine_.guest.copy_to_cpu(threats::kDataAt, data_.size());
            if (!went("attack", got)) return false;
            say("", fmt::format("nobody noticed; the tenant reads: {}", words(ByteView(*got).first(62))));
        }
        machine_.guest.shut_down();
        std::ignore = machine_.gpu.reset();
        const Bytes left = device::MemoryInterposer(machine_.gpu).read(threats::kDataAt, 16);
        say("shutdown", fmt::format("keys are {}, the GPU was reset, its memory holds {}",
                                    machine_.guest.keys_are_gone() ? "wiped" : "still there", hex(left)));
        return true;
    }

    const Bytes& data_ = threats::tenant_data();
    guest::Machine machine_;
    std::ostream& out_;
    Hypervisor hypervisor_;
};

}  // namespace

int demo(const DemoCommand& command, Streams& streams) {
    const device::Mode mode = command.mode == "apm" ? device::Mode::apm : device::Mode::cc;
    Story story(mode, streams.out);
    return story.tell() ? status::ok : status::failures;
}

}  // namespace assay::cli
