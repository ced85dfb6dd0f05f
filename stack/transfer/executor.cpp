#include "stack/transfer/executor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace assay::transfer {

namespace {

class InlineExecutor final : public Executor {
   public:
    size_t lanes() const override { return 1; }
    void run(size_t tasks, const Task& task) override {
        for (size_t i = 0; i < tasks; ++i) task(i, 0);
    }
};

}  // namespace

Executor& inline_executor() {
    static InlineExecutor executor;
    return executor;
}

struct ThreadExecutor::Pool {
    std::mutex mutex;
    std::condition_variable begun, done;
    size_t round = 0;    // of the run that is on
    size_t working = 0;  // helpers that have not finished it
    bool ending = false;
    const Task* task = nullptr;
    size_t tasks = 0;
    std::atomic<size_t> next = 0;
    std::vector<std::thread> helpers;

    void take_tasks(size_t lane) {
        for (size_t i = next.fetch_add(1); i < tasks; i = next.fetch_add(1)) (*task)(i, lane);
    }

    void help(size_t lane) {
        size_t seen = 0;
        std::unique_lock lock(mutex);
        while (true) {
            begun.wait(lock, [&] { return ending || round != seen; });
            if (ending) return;
            seen = round;
            lock.unlock();
            take_tasks(lane);
            lock.lock();
            if (--working == 0) done.notify_one();
        }
    }
};

ThreadExecutor::ThreadExecutor(size_t threads) : pool_(std::make_unique<Pool>()) {
    for (size_t lane = 1; lane < std::max<size_t>(threads, 1); ++lane) {
        pool_->helpers.emplace_back([pool = pool_.get(), lane] { pool->help(lane); });
    }
}

ThreadExecutor::~ThreadExecutor() {
    {
        const std::scoped_lock lock(pool_->mutex);
        pool_->ending = true;
    }
    pool_->begun.notify_all();
    for (std::thread& helper : pool_->helpers) helper.join();
}

size_t ThreadExecutor::lanes() const { return pool_->helpers.size() + 1; }

void ThreadExecutor::run(size_t tasks, const Task& task) {
    if (tasks < 2 || pool_->helpers.empty()) {
        for (size_t i = 0; i < tasks; ++i) task(i, 0);
        return;
    }
    {
        const std::scoped_lock lock(pool_->mutex);
        pool_->task = &task;
        pool_->tasks = tasks;
        pool_->next = 0;
        pool_->working = pool_->helpers.size();
        ++pool_->round;
    }
    pool_->begun.notify_all();
    pool_->take_tasks(0);
    std::unique_lock lock(pool_->mutex);
    pool_->done.wait(lock, [&] { return pool_->working == 0; });
}

}  // namespace assay::transfer
