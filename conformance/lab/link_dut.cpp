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

// DSP0274's time is the least. Silence is waited for as long as the slowest answer so far took, half as long
// again and a round trip.
milliseconds LinkDut::wait_time(bool cryptographic, Wait wait) const {
    auto least = std::chrono::ceil<milliseconds>(
        transport::answer_time(cryptographic, ct_exponent_, options_.round_trip));
    milliseconds due = std::max(least, options_.answer_timeout);
    if (wait == Wait::due) return due;
    return std::clamp(longest_ + longest_ / 2 + options_.round_trip, least, due);
}

template <class T, class Receive>
Result<T> LinkDut::receive(milliseconds time, const Receive& receive) {
    const Clock::time_point begun = Clock::now();
    auto elapsed = [&] { return std::chrono::ceil<milliseconds>(Clock::now() - begun); };
    Result<T> answer = receive(time);
    // If this process woke up long after the end of the wait, it had no time to read: a missing answer then
    // says nothing about the device.
    bool starved = elapsed() > time + time / 4;
    if (!answer && is_silence(answer.error()) && starved) answer = receive(2 * time);
    if (!answer) return answer;
    // A slow phase ends: how long answers took earlier counts less and less.
    longest_ = std::max(longest_ - longest_ / 16, elapsed());
    if (!owed_) return answer;
    // Answers come in the order of their requests: the last one is this exchange's.
    owed_ = false;
    while (Result<T> later = receive(longest_ + longest_ / 2 + kBetweenAnswers)) answer = std::move(later);
    return answer;
}

template <class T>
Result<std::optional<T>> LinkDut::settled(Result<T> answer, bool sent) {
    if (answer) return std::move(*answer);
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

Result<std::optional<Bytes>> LinkDut::exchange(ByteView request, Wait wait) {
    TRY(connected());
    uint8_t asked = request.size() < 4 ? code::get_version : wire::code_of(request);
    bool vca =
        asked == code::get_version || asked == code::get_capabilities || asked == code::negotiate_algorithms;
    Result<> sent = link_->send(request);
    if (!sent && sent.error().code == Errc::out_of_range) sent.error().code = Errc::unsupported;
    if (!sent && sent.error().code == Errc::unsupported) return std::unexpected(sent.error());
    auto take = [this](milliseconds time) { return link_->receive(time); };
    auto answer = settled<Bytes>(
        sent ? receive<Bytes>(wait_time(!vca, wait), take) : std::unexpected(sent.error()), sent.has_value());
    if (answer && *answer && (**answer).size() > 5 && (**answer)[1] == code::capabilities) {
        ct_exponent_ = (**answer)[5];
    }
    return answer;
}

// Whatever it holds, opening a record takes cryptography.
Result<std::optional<Answer>> LinkDut::exchange_secured(ByteView record, Wait wait) {
    TRY(connected());
    Result<> sent = link_->send(record, transport::Payload::secured);
    if (!sent && sent.error().code == Errc::out_of_range) sent.error().code = Errc::unsupported;
    if (!sent && sent.error().code == Errc::unsupported) return std::unexpected(sent.error());
    auto take = [this](milliseconds time) { return link_->receive_any(time); };
    auto answer = TRY(settled<transport::Message>(
        sent ? receive<transport::Message>(wait_time(true, wait), take) : std::unexpected(sent.error()),
        sent.has_value()));
    if (!answer) return std::nullopt;
    return Answer{std::move(answer->bytes), answer->payload == transport::Payload::secured};
}

bool LinkDut::carries_frames(FrameLayer layer) const {
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
