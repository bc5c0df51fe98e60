"""Hooked functions that create or free callbacks of thread pools; ../hooks.bzl explains the rows."""

HOOKS = {
    "KERNEL32": [
        "PTP_WORK CreateThreadpoolWork(PTP_WORK_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
        "PTP_TIMER CreateThreadpoolTimer(PTP_TIMER_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
        "PTP_WAIT CreateThreadpoolWait(PTP_WAIT_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
        "removes void CloseThreadpoolWork(PTP_WORK work)",
        "removes void CloseThreadpoolTimer(PTP_TIMER timer)",
        "removes void CloseThreadpoolWait(PTP_WAIT wait)",
        "BOOL TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK function, void* argument, PTP_CALLBACK_ENVIRON environment)",
        "BOOL QueueUserWorkItem(LPTHREAD_START_ROUTINE function, void* argument, ULONG flags)",
        "BOOL RegisterWaitForSingleObject(HANDLE* wait, HANDLE object, WAITORTIMERCALLBACK function, void* argument, ULONG timeout, ULONG flags)",
        "removes BOOL UnregisterWait(HANDLE wait)",
        "removes BOOL UnregisterWaitEx(HANDLE wait, HANDLE event)",
        "BOOL CreateTimerQueueTimer(HANDLE* timer, HANDLE queue, WAITORTIMERCALLBACK function, void* argument, DWORD first, DWORD period, ULONG flags)",
        "BOOL DeleteTimerQueueTimer(HANDLE queue, HANDLE timer, HANDLE event)",
        "adds HANDLE CreateTimerQueue()",
        "BOOL DeleteTimerQueue(HANDLE queue)",
        "BOOL DeleteTimerQueueEx(HANDLE queue, HANDLE event)",
    ],
}
