package env

// AccountVariables say of which account somebody speaks. A file that is named for them stands for all of them, also for
// those it does not hold: what it says of one account is not mixed with what the environment says of another.
var AccountVariables = []string{
	"RC_SERVER_URL", "RC_APP_CLIENT_ID", "RC_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_CLIENT_SECRET", "RC_USER_JWT", "RC_JWT",
	"RC_REDIRECT_URL", "RINGCX_SERVER_URL", "RINGCX_USERNAME", "RINGCX_PASSWORD", "RINGCX_PLATFORM_ID", "RINGCX_PROFILE", "RINGCX_ACCOUNT",
	"RINGCX_BROKER", "RINGCX_BROKER_KEY", "RINGCX_BROKER_KEY_FILE",
}
