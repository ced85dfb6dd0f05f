#include "stack/transfer/doorbell.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace assay::transfer {

void InlineDoorbell::ring(ByteView submission) {
    auto executed = gpu_.execute(submission);
    if (!executed && !refusal_) refusal_ = std::move(executed).error();
}

struct ThreadDoorbell::Worker {
    GpuEndpoint& gpu;
    std::mutex mutex;
    std::condition_variable rung, done;
    std::deque<Bytes> queue;  // the front one is being executed
    size_t executed = 0;
    size_t seen = 0;
    bool ending = false;
    std::optional<Refusal> refusal;
    std::thread thread;

    explicit Worker(GpuEndpoint& end) : gpu(end), thread([this] { work(); }) {}

    void work() {
        std::unique_lock lock(mutex);
        while (true) {
            rung.wait(lock, [&] { return ending || !queue.empty(); });
            if (queue.empty()) return;
            const Bytes submission = std::move(queue.front());
            lock.unlock();
            auto result = gpu.execute(submission);
            lock.lock();
            if (!result && !refusal) refusal = std::move(result).error();
            queue.pop_front();
            ++executed;
            done.notify_one();
        }
    }
};

ThreadDoorbell::ThreadDoorbell(GpuEndpoint& gpu) : worker_(std::make_unique<Worker>(gpu)) {}

ThreadDoorbell::~ThreadDoorbell() {
    {
        const std::scoped_lock lock(worker_->mutex);
        worker_->ending = true;
    }
    worker_->rung.notify_one();
    worker_->thread.join();
}

void ThreadDoorbell::ring(ByteView submission) {
    {
        const std::scoped_lock lock(worker_->mutex);
        worker_->queue.push_back(to_bytes(submission));
    }
    worker_->rung.notify_one();
}

bool ThreadDoorbell::wait() {
    std::unique_lock lock(worker_->mutex);
    worker_->done.wait(lock, [&] { return worker_->executed != worker_->seen || worker_->queue.empty(); });
    const bool went_on = worker_->executed != worker_->seen;
    worker_->seen = worker_->executed;
    return went_on;
}

std::optional<Refusal> ThreadDoorbell::refusal() const {
    const std::scoped_lock lock(worker_->mutex);
    return worker_->refusal;
}

}  // namespace assay::transfer
