namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>What is going to happen, the earliest first; of two at the same time, the one with the smaller number.</summary>
internal sealed class EventQueue(int capacity)
{
    private (double Time, int Number)[] _heap = new (double, int)[Math.Max(capacity, 4)];
    private int _count;

    public void Add(double time, int number)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, 2 * _count);
        int at = _count++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (!IsBefore((time, number), _heap[parent]))
                break;
            _heap[at] = _heap[parent];
            at = parent;
        }

        _heap[at] = (time, number);
    }

    public bool TryTake(out double time, out int number)
    {
        (time, number) = _count > 0 ? _heap[0] : default;
        if (_count == 0)
            return false;
        (double, int) last = _heap[--_count];
        int at = 0;
        for (int child = 1; child < _count; child = (2 * at) + 1)
        {
            if (child + 1 < _count && IsBefore(_heap[child + 1], _heap[child]))
                child++;
            if (!IsBefore(_heap[child], last))
                break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return true;
    }

    private static bool IsBefore((double Time, int Number) one, (double Time, int Number) other) =>
        one.Time < other.Time || (one.Time == other.Time && one.Number < other.Number);
}
