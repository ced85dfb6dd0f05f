#include "conformance/lab/link_dut.h"

#include <algorithm>
#include <thread>

#include "stack/transport/timing.h"
#include "stack/wire/codes.h"
#include "stack/wire/header.h"

namespace assay::lab {

namespace code = wire::code;

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// The time between a late answer and the next one, without the time that the device takes.
constexpr milliseconds kBetweenAnswers{50};
// How many times as long as its slowest answer of late a target may take where silence is right too.
constexpr int kSilence = 3;
// More than one answer to a request, or one late answer for each of many, is a target that floods.
constexpr int kMostAnswers = 16;
// How long the answer to a marker may take that a target may not know.
constexpr milliseconds kMarkerTime{250};

// No byte of an answer came in time.
bool is_silence(const Error& error) { return error.code == Errc::timeout && error.offset == Error::npos; }

}  // namespace

const record::Transport& records_over(transport::Binding binding) {
    switch (binding) {
        case transport::Binding::mctp: return record::mctp();
        case transport::Binding::doe: return record::doe();
        case transport::Binding::tcp: return record::tcp();
        case transport::Binding::none: break;
    }
    return record::none();
}

Result<std::unique_ptr<LinkDut>> LinkDut::open(const transport::Target& target, LinkOptions options) {
    std::unique_ptr<LinkDut> dut(new LinkDut(target, options));
    TRY(dut->reset());
    return dut;
}

Result<> LinkDut::connected() {
    if (link_) {
        link_->drain();
        return {};
    }
    link_ = TRY(transport::connect(target_, options_.connect_timeout));
    owed_ = false;
    return {};
}

Result<> LinkDut::reset() {
    if (owed_) link_.reset();
    return connected();
}

Result<bool> LinkDut::reconnect() {
    link_.reset();
    TRY(connected());
    return true;
}

transport::Binding LinkDut::binding() const {
    return target_.scheme == transport::Scheme::tcp ? transport::Binding::tcp : target_.binding;
}

// An answer that is due may take DSP0274's time at least. Silence is waited for as long as a small multiple
// of the slowest answer of late, once there was one.
milliseconds LinkDut::wait_time(bool cryptographic, Wait wait) const {
    auto least = std::chrono::ceil<milliseconds>(
        transport::answer_time(cryptographic, ct_exponent_, options_.round_trip));
    milliseconds due = std::max(least, options_.answer_timeout);
    if (wait == Wait::due) return due;
    if (longest_.count() == 0) return std::min(least, due);
    return std::min(kSilence * longest_ + kBetweenAnswers, due);
}

Result<LinkDut::Arrival> LinkDut::receive(milliseconds time, transport::Payload payload) {
    const Clock::time_point begun = Clock::now();
    const bool secured = payload == transport::Payload::secured;
    Result<Arrival> arrival = link_->receive_marked(time, secured);
    // If this process woke up long after the end of the wait, it had no time to read: a missing answer then
    // says nothing about the device.
    const bool starved = Clock::now() - begun > time + time / 4;
    if (!arrival && is_silence(arrival.error()) && starved) return link_->receive_marked(2 * time, secured);
    return arrival;
}

// A slow phase ends: how long answers took earlier counts less and less.
void LinkDut::learn_time() {
    const auto took = std::chrono::ceil<milliseconds>(Clock::now() - sent_at_);
    longest_ = std::max(longest_ - longest_ / 16, took);
}

Result<LinkDut::Arrival> LinkDut::answer(milliseconds time, transport::Payload payload) {
    Result<Arrival> first = receive(time, payload);
    if (!first) return first;
    learn_time();
    if (!owed_) return first;
    // Answers come in the order of their requests: the last one is this exchange's.
    owed_ = false;
    for (int i = 0; i < kMostAnswers; ++i) {
        Result<Arrival> later = receive(longest_ + longest_ / 2 + kBetweenAnswers, payload);
        if (!later) break;
        first = std::move(later);
    }
    return first;
}

Result<LinkDut::Arrival> LinkDut::marked_answer(wire::Code code, Wait wait, milliseconds time,
                                                transport::Payload payload) {
    Result<Arrival> first = receive(time, payload);
    if (!first) {
        order_.broken();
        return first;
    }
    if (!*first) {
        // Without an answer that is due nothing was learned: it may still come.
        if (wait == Wait::silence) return first;
        first = receive(time, payload);
        if (first) order_.broken();
        if (first) learn_time();
        return first;
    }
    learn_time();
    for (int i = 0; i < kMostAnswers; ++i) {
        Result<Arrival> next = receive(kSilence * longest_ + kMarkerTime, payload);
        if (!next) break;
        if (!*next) {
            owed_ = false;
            order_.in_order(code);
            return first;
        }
        // The answer that an earlier exchange did not wait for came before this one's.
        if (owed_) first = std::move(next);
    }
    order_.broken();
    return first;
}

Result<LinkDut::Arrival> LinkDut::settled(Result<Arrival> answer, bool sent) {
    if (answer) return answer;
    Error error = std::move(answer).error();
    if (is_silence(error)) {
        owed_ = true;
        return std::nullopt;
    }
    link_.reset();
    // DMTF's emulator closes the connection over what it drops, listens again, and has kept its state.
    bool hung_up = target_.scheme == transport::Scheme::emu && sent && error.code == Errc::closed &&
                   error.offset == Error::npos;
    if (hung_up && connected()) return std::nullopt;
    // An error of DSP0287 is what the device answered, and no answer to that request.
    if (sent && error.code == Errc::unsupported) error.code = Errc::bad_code;
    return std::unexpected(std::move(error));
}

Result<LinkDut::Arrival> LinkDut::carry(ByteView message, transport::Payload payload, Wait wait) {
    TRY(connected());
    const bool plain = payload == transport::Payload::spdm;
    const wire::Code code = plain && message.size() >= 4 ? wire::code_of(message) : AnswerOrder::kOther;
    // Whatever it holds, opening a record takes cryptography.
    const bool vca = plain && (message.size() < 4 || code == code::get_version ||
                               code == code::get_capabilities || code == code::negotiate_algorithms);
    sent_at_ = Clock::now();
    Result<> sent = link_->send(message, payload);
    if (!sent && sent.error().code == Errc::out_of_range) sent.error().code = Errc::unsupported;
    if (!sent && sent.error().code == Errc::unsupported) return std::unexpected(sent.error());
    if (!sent) return settled(std::unexpected(sent.error()), false);
    if (!order_.wants_marker(code, wait)) return settled(answer(wait_time(!vca, wait), payload), true);
    if (!link_->send_marker()) {
        order_.broken();
        return settled(answer(wait_time(!vca, wait), payload), true);
    }
    // The answer to the marker ends the wait.
    const milliseconds due = wait_time(!vca, Wait::due);
    Result<Arrival> came = marked_answer(code, wait, due, payload);
    const bool learning = code == code::get_version && wait == Wait::due;
    if (came || !learning || is_silence(came.error())) return settled(std::move(came), true);
    // Who ends the connection over a marker is asked again without one.
    link_.reset();
    return carry(message, payload, wait);
}

Result<std::optional<Bytes>> LinkDut::exchange(ByteView request, Wait wait) {
    auto answer = TRY(carry(request, transport::Payload::spdm, wait));
    if (!answer) return std::nullopt;
    if (answer->bytes.size() > 5 && wire::code_of(answer->bytes) == code::capabilities)
        ct_exponent_ = answer->bytes[5];
    return std::move(answer->bytes);
}

Result<std::optional<Answer>> LinkDut::exchange_secured(ByteView record, Wait wait) {
    auto answer = TRY(carry(record, transport::Payload::secured, wait));
    if (!answer) return std::nullopt;
    return Answer{std::move(answer->bytes), answer->payload == transport::Payload::secured};
}

bool LinkDut::carries_frames(FrameLayer layer) const {
    if (target_.scheme == transport::Scheme::mctp) return false;
    if (binding() == transport::Binding::none) return layer == FrameLayer::emu_stream;
    bool emu = target_.scheme == transport::Scheme::emu;
    return layer == FrameLayer::unit || layer == (emu ? FrameLayer::emu_stream : FrameLayer::tcp_stream);
}

Bytes LinkDut::framed(FrameLayer layer, const transport::Unit& unit) const {
    if (layer != FrameLayer::emu_stream) return unit.payload;
    return transport::emu_unit(target_.binding, unit.command, unit.payload);
}

Result<Frames> LinkDut::exchange_frames(FrameLayer layer, std::span<const Bytes> frames, size_t due) {
    if (!carries_frames(layer)) return Dut::exchange_frames(layer, frames, due);
    // A piece of a stream is read behind whatever came before it.
    if (layer != FrameLayer::unit) link_.reset();
    TRY(reset());
    bool wrapped = layer == FrameLayer::unit && target_.scheme == transport::Scheme::emu;
    constexpr auto kNormal = static_cast<uint32_t>(transport::EmuCommand::normal);
    Frames came;
    for (const Bytes& frame : frames) {
        // A target that hangs up over an earlier frame does not read this one.
        if (!link_->send_raw(wrapped ? transport::emu_unit(target_.binding, kNormal, frame) : frame)) break;
    }
    while (due == 0 || came.frames.size() < due) {
        auto unit =
            link_->receive_unit(wait_time(true, came.frames.size() < due ? Wait::due : Wait::silence));
        if (unit) {
            came.frames.push_back(framed(layer, *unit));
            continue;
        }
        came.closed = unit.error().code != Errc::timeout;
        // Whatever comes later is not to be taken for an answer to something else.
        link_.reset();
        TRY(reset());
        break;
    }
    return came;
}

bool LinkDut::carries_secured() const { return transport::carries_secured(binding()); }

const record::Transport& LinkDut::transport() const { return records_over(binding()); }

bool LinkDut::ask_for_key_update(uint32_t session) {
    if (!connected()) return false;
    auto asked = link_->ask_for_key_update(session, options_.answer_timeout);
    return asked && *asked;
}

size_t LinkDut::alignment() const { return binding() == transport::Binding::doe ? 4 : 1; }

void LinkDut::wait(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

}  // namespace assay::lab
