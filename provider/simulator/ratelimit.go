package simulator

import "time"

// A RateLimit throttles ordinary accounts in fixed windows, as CloudStack's does: every call counts twice, and what
// is too much is answered 429 with the wait in the text. The zero value does not throttle.
type RateLimit struct {
	Calls  int           // what is allowed in a window; half as many calls pass
	Window time.Duration // 5 s unless set
}

const (
	defaultWindow = 5 * time.Second
	callCounts    = 2
)

// A limiter counts the calls of every account.
type limiter struct {
	limit   RateLimit
	windows map[string]*callWindow // by account name
}

type callWindow struct {
	ends   time.Time
	issued int
}

func newLimiter(limit RateLimit) *limiter {
	if limit.Window == 0 {
		limit.Window = defaultWindow
	}
	return &limiter{limit: limit, windows: map[string]*callWindow{}}
}

// window is the account's current one.
func (l *limiter) window(account string, now time.Time) *callWindow {
	w := l.windows[account]
	if w == nil || !now.Before(w.ends) {
		w = &callWindow{ends: now.Add(l.limit.Window)}
		l.windows[account] = w
	}
	return w
}

// count counts a call, or refuses it.
func (l *limiter) count(a *account, now time.Time) *apiError {
	if l.limit.Calls <= 0 || a.Type == accountAdmin {
		return nil
	}
	w := l.window(a.Name, now)
	if w.issued >= l.limit.Calls {
		return throttled(w.ends.Sub(now))
	}
	w.issued += callCounts
	return nil
}

func throttled(wait time.Duration) *apiError {
	return refuse(codeThrottled, csAPI, "The given user has reached his/her account api limit, please retry after [%d] ms.", wait.Milliseconds())
}

func getAPILimit(c *call) (object, *apiError) {
	w := c.world.limiter.window(c.account.Name, c.world.Now)
	return object{{"apilimit", object{
		{"accountid", c.account.ID}, {"account", c.account.Name}, {"apiIssued", w.issued}, {"apiAllowed", c.world.limiter.limit.Calls},
		{"expireAfter", w.ends.Sub(c.world.Now).Milliseconds()},
	}}}, nil
}
