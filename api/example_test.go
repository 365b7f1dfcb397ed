package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ringcx-go/ringcx/api"
)

// serve stands in for the API: it answers GET with a body, and prints what it is sent. A program gives [api.New] the client of a
// session, and "".
func serve(answer string) (client *api.Client, stop func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodGet {
			fmt.Println(r.Method, string(body))
			_, _ = w.Write(body)
			return
		}
		if r.FormValue("page") != "" {
			answer = "[]" // there is one page
		}
		if strings.HasPrefix(answer, `{"errorCode"`) {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, answer)
	}))
	return api.New(server.Client(), server.URL), server.Close
}

// A resource is read, changed and written. What this package does not know of it goes back as it came.
func Example() {
	client, stop := serve(`{"agentGroupId":7,"groupName":"Sales","color":"green","isDefault":null}`)
	defer stop()
	ctx := context.Background()

	groups := client.Account("15300002").AgentGroups
	group, err := groups.Get(ctx, 7, api.AgentGroupsGetOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	group.GroupName = "Support"
	if _, err := groups.Update(ctx, group.AgentGroupID, group); err != nil {
		fmt.Println(err)
	}
	// Output: PUT {"agentGroupId":7,"groupName":"Support","color":"green","isDefault":null}
}

func ExampleAgentGroupsService_ListAll() {
	client, stop := serve(`[{"agentGroupId":7,"groupName":"Sales"},{"agentGroupId":8,"groupName":"Support"}]`)
	defer stop()

	groups := client.Account("15300002").AgentGroups
	for group, err := range groups.ListAll(context.Background(), api.AgentGroupsListOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(group.AgentGroupID, group.GroupName)
	}
	// Output:
	// 7 Sales
	// 8 Support
}

// A recording is read while it arrives.
func ExampleInteractionsService_GetRecording() {
	client, stop := serve("RIFF....WAVE")
	defer stop()

	recording, err := client.Account("15300002").Interactions.GetRecording(context.Background(), "4400001", "dialog", "segment")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer recording.Close()
	n, err := io.Copy(io.Discard, recording)
	fmt.Println(n, err)
	// Output: 12 <nil>
}

func ExampleError() {
	client, stop := serve(`{"errorCode":"access.denied.exception","generalMessage":"You do not have permission"}`)
	defer stop()

	_, err := client.Users.Get(context.Background(), 5)
	var refused *api.Error
	if errors.As(err, &refused) && refused.Status == http.StatusForbidden {
		fmt.Println(refused.Code)
	}
	// Output: access.denied.exception
}

// Zero fields of a new value are left out, unless they are put.
func ExampleDocument_Put() {
	request := api.AdminUserRequest{UserName: "ann@example.com"}
	request.Put("enabled", false)
	data, err := json.Marshal(request)
	fmt.Println(string(data), err)
	// Output: {"userName":"ann@example.com","enabled":false} <nil>
}

// What is read as a User is replaced as an AdminUserRequest.
func ExampleAs() {
	client, stop := serve(`{"userId":5,"firstName":"Ann","theme":"dark"}`)
	defer stop()
	ctx := context.Background()

	user, err := client.Users.Get(ctx, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := api.As[api.AdminUserRequest](user)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.FirstName = "Anna"
	if _, err := client.Users.Update(ctx, 5, request); err != nil {
		fmt.Println(err)
	}
	// Output: PUT {"userId":5,"firstName":"Anna","theme":"dark"}
}

func ExampleClient_Do() {
	client, stop := serve(`{"state":"new"}`)
	defer stop()

	var answer struct{ State string }
	err := client.Do(context.Background(), http.MethodGet, "/voice/api/v1/admin/accounts/15300002/later", nil, &answer)
	fmt.Println(answer.State, err)
	// Output: new <nil>
}
